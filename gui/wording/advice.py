"""Texts about ports, and the remedies if none opens, which differ by system.

The window's checkup and `antiphon doctor` share them. Texts are complete sentences, which the
window translates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.synth.policy import SynthReady
from gui.wording.reasons import sentence_of
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.messages.requests import UnknownStyle
    from bridge.playout.problem import ProblemReason
    from bridge.synth.reason import SynthReason

_BACKEND_DESCRIPTIONS = {
    "jack": Sentence("Advice", "through JACK, exact to the sample"),
    "rtmidi": Sentence("Advice", "through the system's own ports"),
    "loopback": Sentence("Advice", "with a pretend player and no device"),
}
_JACK_SYSTEM = "linux"
_REMEDIES = {
    "linux": Sentence(
        "Advice",
        "Start JACK or PipeWire; or for the system's own ports load its sequencer "
        "(sudo modprobe snd-seq) and join the group audio "
        "(sudo usermod -aG audio $USER, then log in again).",
    ),
    "darwin": Sentence(
        "Advice",
        "Open Audio MIDI Setup, double-click IAC Driver in its MIDI Studio, and tick "
        '"Device is online".',
    ),
    "win32": Sentence(
        "Advice",
        "Windows makes no ports between programs: make two with loopMIDI, and choose one to "
        "listen on and the other to play on.",
    ),
}
_DEFAULT_REMEDY = Sentence(
    "Advice", "Start the MIDI service of this system; the ports then open by themselves."
)


def describe_open_ports(backend: str, input_name: str, output_name: str, platform: str) -> Sentence:
    """Describe the open ports, and mention a better back end if there is one."""
    way = _BACKEND_DESCRIPTIONS.get(backend, Sentence("Advice", "through {}").format(backend))
    told = Sentence("Advice", "Listens on {} and plays on {}, {}.")
    if backend == "rtmidi" and platform == _JACK_SYSTEM:
        told = Sentence(
            "Advice",
            "Listens on {} and plays on {}, {}; with JACK or PipeWire notes would be exact to the "
            "sample.",
        )
    return told.format(input_name, output_name, way)


def midi_remedy(platform: str) -> Sentence:
    """Return the remedy for a system (its `sys.platform`) whose MIDI does not answer."""
    return _REMEDIES.get(platform, _DEFAULT_REMEDY)


def advise_no_ports(
    problem: ProblemReason | UnknownStyle | None, platform: str, *, responds: bool
) -> Sentence:
    """Return the remedy if no ports open; `responds` says whether the system's MIDI answers.

    If it answers, the problem lies with the port, and its own sentence is best. Windows is an
    exception: it answers even if there is no port to open.
    """
    if responds and problem is not None and platform != "win32":
        return sentence_of(problem)
    return midi_remedy(platform)


def advise_no_sound(
    output_name: str,
    *,
    own_port: bool,
    plugin: bool,
    output_connected: bool = False,
    synth_status: SynthReady | SynthReason | None = None,
) -> Sentence:
    """Return what to check if notes were sent but are not audible.

    `synth_status` is the output of the built-in synth or the reason why it cannot play, if it is
    wanted.
    """
    if isinstance(synth_status, SynthReady):
        return Sentence(
            "Advice",
            "Antiphon sounds by itself, through {}: see that the speakers are on, and the volume "
            "is up.",
        ).format(synth_status.device)
    if synth_status is not None:
        return sentence_of(synth_status)
    if plugin:
        return Sentence(
            "Advice",
            "The plugin plays them: send its track on to an instrument, and see it is not muted.",
        )
    if own_port and output_connected:
        return Sentence(
            "Advice",
            "What is connected to {} gets them: see that it is an instrument and turned up; in a "
            "DAW, monitor that track.",
        ).format(output_name)
    if own_port:
        return Sentence(
            "Advice",
            "Connect {} to an instrument, or choose one under Play on; in a DAW, monitor that "
            "track.",
        ).format(output_name)
    return Sentence(
        "Advice",
        "See whether {} is the instrument that you mean, switched on, turned up, and listening on "
        "channel 1.",
    ).format(output_name)
