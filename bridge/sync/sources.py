"""Time sources: their transports, and which one is followed.

Hosts report their position: a DAW through its plugin, a JACK server, a Link network. A MIDI clock
sends messages. The session sets its own transport. The wanted source is followed, or the best that
plays. Link reports only while it is wanted (`bridge.io.network_beat`). If no source plays, the
session's own transport is followed: the player wants a response while the host is stopped, too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.sync.host import HostPosition, HostTracker
from bridge.sync.midi_clock import MidiClockTracker
from bridge.sync.transport import Source, Transport

if TYPE_CHECKING:
    from bridge.midi.events import TimedEvent
    from bridge.midi.notes import MetreChange


@dataclass(frozen=True, slots=True)
class Choice:
    """The transport to follow, and the best source that is present, whether it plays or not."""

    transport: Transport
    present: Source | None


class TimeSources:
    """Tracks all time sources, and chooses one."""

    def __init__(self) -> None:
        self._clock = MidiClockTracker()
        self._hosts = {
            source: HostTracker(source) for source in (Source.PLUGIN, Source.JACK, Source.LINK)
        }
        self.own_transport = Transport()
        """The session's own transport."""
        self.wanted: Source | None = None
        """The only source that may be followed; None allows all."""
        self.refused: Counter[Source] = Counter()
        """The number of reports of each host that were not valid."""

    def observe(self, source: Source, position: HostPosition | None) -> None:
        """Update the position of a host; None is a report that was not valid, and is counted."""
        if position is None:
            self.refused[source] += 1
        else:
            self._hosts[source].observe(position)

    def feed_clock(self, timed: TimedEvent) -> None:
        """Update the MIDI clock with one of its messages."""
        self._clock.feed(timed)

    def set_clock_metre(self, metre: MetreChange) -> None:
        """Set the metre of MIDI clock, which transmits none."""
        self._clock.metre = metre

    def choose(self, now_ns: int) -> Choice:
        """Choose the transport to follow."""
        present = self._present_transports(now_ns)
        playing = (transport for transport in present if transport.playing)
        best = present[0].source if present else None
        return Choice(next(playing, self.own_transport), best)

    def _present_transports(self, now_ns: int) -> list[Transport]:
        """Return the transports that are present and may be followed, the best first."""
        transports = {source: host.transport(now_ns) for source, host in self._hosts.items()}
        transports[Source.CLOCK] = self._clock.transport(now_ns)
        allowed = (transports.get(each) for each in Source if self.wanted in (None, each))
        return [transport for transport in allowed if transport is not None]
