"""Which of ports and plugins leads: notes go out there, and its time is the session's.

The plugins lead as soon as one is connected, because a host that has one is meant to get the notes
there. The ports lead otherwise, and also if the time to be followed is one that only ports know.
"""

from __future__ import annotations

from bridge.playout.protocol import TransportChanged
from bridge.sync.transport import Source


class Lead:
    """Who leads, and what both have last reported of the time."""

    def __init__(self) -> None:
        self.plugins = False
        """Whether the plugins lead."""
        self._moved: dict[bool, TransportChanged] = {}

    @property
    def moved(self) -> TransportChanged | None:
        """The last report of the time by who leads now."""
        return self._moved.get(self.plugins)

    def note(self, moved: TransportChanged, *, by_plugins: bool) -> bool:
        """Record a report of the time; return whether it is that of who leads."""
        self._moved[by_plugins] = moved
        return by_plugins is self.plugins

    def forget_ports(self) -> None:
        """Forget what the ports have reported: they are closed."""
        self._moved.pop(False, None)

    def choose(self, sync: Source | None, *, plugin_connected: bool) -> bool:
        """Decide who leads while `sync` is to be followed; return whether that has changed."""
        leads = plugin_connected and sync not in (Source.JACK, Source.CLOCK)
        changed = leads is not self.plugins
        self.plugins = leads
        return changed
