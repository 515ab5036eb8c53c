"""Ableton Link: programs on a network that agree on a beat, and none of which leads.

Link gives tempo and phase, and, between those who share it, whether they play. It knows no bars of
a song: peers agree on the place in a bar of a length that they agree on, and each counts for itself
how many there were. Many programs do not share whether they play. If Link was asked for, whoever
is there is taken to be playing, until one has been seen to start; if it was not, only who has said
so is, since a musician may have it running and not mean it.

The library is under the GPL and is not installed with Antiphon; the extra `link` names it. A beat is
read for this very moment, between two looks at our own clock, so that the library's clock need not
be ours.
"""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

from bridge.playout.problem import LinkMissing
from bridge.ports.base import PortError
from bridge.sync.host import HostPosition
from bridge.system.extras import install_command
from bridge.system.units import MS

if TYPE_CHECKING:
    from bridge.system.clock import Clock

POLL_NS = 20 * MS
"""So often the beat is read."""
READINGS = 3  # of which the quickest counts
_BPM = 120.0


class LinkSource:
    """A peer in the session of the network."""

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
        self._loop = asyncio.new_event_loop()  # it wants one for callbacks, of which we have none
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._link: Any = aalink.Link(_BPM, self._loop)
        self._link.start_stop_sync_enabled = True
        self._link.enabled = True
        self._shares_start = False

    @property
    def peers(self) -> int:
        """How many others there are."""
        return int(self._link.num_peers)

    def position(self, metre: tuple[int, int], *, asked_for: bool = True) -> HostPosition | None:
        """Return where the others are, in bars of this metre, or None if nobody is there."""
        if not self.peers:
            return None
        self._shares_start |= bool(self._link.playing)
        bar_quarters = metre[0] * 4.0 / metre[1]
        # Peers agree on where in a bar they are, if they have bars of one length, and on no number.
        self._link.quantum = bar_quarters
        _, now_ns, beat = min(self._read_beat() for _ in range(READINGS))
        bar = int(beat // bar_quarters)
        return HostPosition(
            time_ns=now_ns,
            playing=bool(self._link.playing) or (asked_for and not self._shares_start),
            quarters=beat,
            bpm=float(self._link.tempo),
            bar=bar,
            bar_quarters=bar * bar_quarters,
            numerator=metre[0],
            denominator=metre[1],
        )

    def close(self) -> None:
        """Leave the session."""
        self._link.enabled = False
        self._loop.close()

    def _read_beat(self) -> tuple[int, int, float]:
        """Read the beat between two looks at the clock; give the time it took, moment and beat."""
        before_ns = self._clock.now_ns()
        beat = float(self._link.beat)
        after_ns = self._clock.now_ns()
        return after_ns - before_ns, (before_ns + after_ns) // 2, beat
