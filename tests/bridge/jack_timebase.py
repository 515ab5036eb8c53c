"""A program on the JACK server that gives bars and beats which no music has.

It runs as a script and uses only `jack`: `jack_timebase.py SEED`. In every period it sets other
values: not finite, zero, negative, far away. At the first line of its input it gives 120 bpm in 4/4
instead, and plays. It exits at the end of its input.
"""

import sys
from math import inf, nan
from random import Random

import jack

NUMBERS = (0.0, -1.0, 4.0, 1e-300, 1e300, nan, inf, -inf, 1e18, 3.0, 255.0, 1920.0, 120.0)
INTEGERS = (0, 1, -1, 4, 2**31 - 1, -(2**31), 1920)
VALID_BBT = 0x10  # JackPositionBBT


class Conductor:
    """The server's timebase master."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.is_sane = False
        self.client = jack.Client("conductor", no_start_server=True)
        self.client.set_timebase_callback(self.set_position)
        self.client.activate()
        self.client.transport_start()

    def set_position(self, _state: int, _size: int, position: object, _is_new: bool) -> None:  # noqa: FBT001
        """Set the position of a period."""
        values: dict[str, float] = {
            **{name: self.rng.choice(INTEGERS) for name in ("bar", "beat", "tick")},
            "bar_start_tick": self.rng.choice(NUMBERS),
            **{name: self.rng.choice(NUMBERS) for name in ("beats_per_bar", "beat_type")},
            **{name: self.rng.choice(NUMBERS) for name in ("ticks_per_beat", "beats_per_minute")},
        }
        if self.is_sane:
            beats = position.frame * 2 // self.client.samplerate  # type: ignore[attr-defined]
            values = {"bar": beats // 4 + 1, "beat": beats % 4 + 1, "tick": 0}
            values |= {"beats_per_bar": 4, "beat_type": 4, "beats_per_minute": 120}
            values |= {"ticks_per_beat": 1920, "bar_start_tick": 0}
        for name, value in {"valid": VALID_BBT, **values}.items():
            setattr(position, name, value)


if __name__ == "__main__":
    conductor = Conductor(int(sys.argv[1]))
    for _ in sys.stdin:
        conductor.is_sane = True
    conductor.client.transport_stop()
    conductor.client.close()
