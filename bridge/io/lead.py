"""The choice of the lead, ports or plugins: it gets the notes, and the session follows its time.

The plugins lead as soon as one is connected, because a host with the plugin is meant to receive the
notes there. Otherwise the ports lead. They also lead if the session follows a time that only ports
have.
"""

from __future__ import annotations

from bridge.playout.protocol import TransportChanged
from bridge.sync.transport import Source


class Lead:
    """The current lead, and the last transport report of both candidates."""

    def __init__(self) -> None:
        self.plugins = False
        """Whether the plugins lead."""
        self._moved: dict[bool, TransportChanged] = {}

    @property
    def moved(self) -> TransportChanged | None:
        """The last transport report of the current lead."""
        return self._moved.get(self.plugins)

    def note(self, moved: TransportChanged, *, by_plugins: bool) -> bool:
        """Record a transport report; return whether it comes from the current lead."""
        self._moved[by_plugins] = moved
        return by_plugins is self.plugins

    def forget_ports(self) -> None:
        """Drop the last report of the ports, which are now closed."""
        self._moved.pop(False, None)

    def choose(self, sync: Source | None, *, plugin_connected: bool) -> bool:
        """Choose the lead while the session follows `sync`; return whether it has changed."""
        leads = plugin_connected and sync not in (Source.JACK, Source.CLOCK)
        changed = leads is not self.plugins
        self.plugins = leads
        return changed
