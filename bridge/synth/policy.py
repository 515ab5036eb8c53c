"""The choice whether the built-in synth plays, and the synth's state.

A player with a DAW hears the response there, with better instruments than ours, and hearing it
twice would be worse than not at all. A player without one should hear it too. Antiphon cannot see
what is at the other end of a cable. It assumes that notes are heard if there is a plugin, if the
output port was requested by name, or if another client's port is connected to ours.
"""

import enum
from dataclasses import dataclass

from bridge.synth.reason import SynthReason


class SynthPolicy(enum.Enum):
    """When the built-in synth plays; the value is the word on the command line."""

    AUTO = "auto"
    """Play unless notes go to where they are likely to be heard."""
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SynthReady:
    """The synth plays on this device.

    A note sounds `latency_ns` after it is due, plus the latency of the device itself.
    """

    device: str
    latency_ns: int


@dataclass(frozen=True, slots=True)
class SynthUnavailable:
    """The synth does not play, for this reason. A `permanent` reason does not change by itself."""

    reason: SynthReason
    permanent: bool = False


def wants_synth(policy: SynthPolicy, *, plugins: bool, named_output: bool) -> bool:
    """Return whether the built-in synth should play."""
    return policy is SynthPolicy.ON or (
        policy is SynthPolicy.AUTO and not plugins and not named_output
    )
