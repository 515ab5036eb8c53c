"""Whether Antiphon sounds by itself, and what it says of it.

Whoever has a DAW hears the answer there, with better instruments than ours, and hearing it twice
would be worse than not at all. Whoever has none should hear it all the same. Nobody can know what
is at the other end of a cable; but a plugin is one, and so is an output port that was asked for by
its name, and a port of somebody else's that was connected to ours.
"""

import enum
from dataclasses import dataclass

from bridge.synth.reason import SynthReason


class SynthPolicy(enum.Enum):
    """When a synth of our own plays; the value is the word for it on the command line."""

    AUTO = "auto"
    """Unless notes go to where they are likely to be heard."""
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SynthReady:
    """A synth plays on this device, and listens at this UDP port.

    A note sounds `latency_ns` after it is due, and what the device itself takes comes on top.
    """

    port: int
    device: str
    latency_ns: int


@dataclass(frozen=True, slots=True)
class SynthUnavailable:
    """No synth plays, and why. What is `permanent` does not change by itself."""

    reason: SynthReason
    permanent: bool = False


def wants_synth(policy: SynthPolicy, *, plugins: bool, named_output: bool) -> bool:
    """Return whether a synth of our own is to play."""
    return policy is SynthPolicy.ON or (
        policy is SynthPolicy.AUTO and not plugins and not named_output
    )
