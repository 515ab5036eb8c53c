"""Ableton Link: programs on a network share a beat, and none of them leads.

Link gives tempo and phase. Peers that share start and stop also give whether they play. Link has no
bars of a song: peers agree on the position in a bar if their bars have one length, and each counts
its own bars. Many programs do not share start and stop, so peers count as playing until one has
been seen to start.

A peer opens sockets on every network of the machine and announces itself there. It is therefore
made only if the user asks for Link.

The library is under the GPL and is not installed with Antiphon; the extra `link` names it. The beat
is read for the present moment, between two readings of our own clock, so the library may use
another clock.
"""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

from bridge.playout.problem import LinkMissing
from bridge.playout.protocol import ObservePosition
from bridge.ports.base import PortError
from bridge.sync.host import HostPosition
from bridge.sync.transport import Source
from bridge.system.extras import install_command
from bridge.system.units import MS

if TYPE_CHECKING:
    from bridge.system.clock import Clock

POLL_NS = 20 * MS
"""The time between two readings of the beat."""
READINGS = 3  # the quickest one counts
_BPM = 120.0


class LinkSource:
    """A peer in the network's Link session."""

    def __init__(self, clock: Clock) -> None:
        """Join the session.

        Raises:
            PortError: the library is not installed.

        """
        try:
            aalink = importlib.import_module("aalink")
        except ImportError as error:
            raise PortError(LinkMissing(install_command("link"))) from error
        asyncio = importlib.import_module("asyncio")
        self._clock = clock
        self._loop = asyncio.new_event_loop()  # aalink needs one for callbacks; there are none
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._link: Any = aalink.Link(_BPM, self._loop)
        self._link.start_stop_sync_enabled = True
        self._link.enabled = True
        self._shares_start = False

    @property
    def peers(self) -> int:
        """The number of other peers."""
        return int(self._link.num_peers)

    def report(self, metre: tuple[int, int]) -> ObservePosition | None:
        """Return the session's position in bars of this metre, or None without other peers."""
        if not self.peers:
            return None
        self._shares_start |= bool(self._link.playing)
        bar_quarters = metre[0] * 4.0 / metre[1]
        # Peers with bars of one length agree on the position in the bar, not on the bar's number.
        self._link.quantum = bar_quarters
        _, now_ns, beat = min(self._read_beat() for _ in range(READINGS))
        bar = beat // bar_quarters
        position = HostPosition.checked(
            now_ns,
            time_ns=now_ns,
            playing=bool(self._link.playing) or not self._shares_start,
            quarters=beat,
            bpm=float(self._link.tempo),
            bar=bar,
            bar_quarters=bar * bar_quarters,
            numerator=metre[0],
            denominator=metre[1],
        )
        return ObservePosition(Source.LINK, position)

    def close(self) -> None:
        """Leave the session."""
        self._link.enabled = False
        self._loop.close()

    def _read_beat(self) -> tuple[int, int, float]:
        """Read the beat between two clock readings; return the duration, the time and the beat."""
        before_ns = self._clock.now_ns()
        beat = float(self._link.beat)
        after_ns = self._clock.now_ns()
        return after_ns - before_ns, (before_ns + after_ns) // 2, beat
