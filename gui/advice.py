"""What is said about ports, and what to do where none opens: on each system something else.

The window's checkup and `antiphon doctor` say the same, and here it is. Texts are whole sentences.
"""

from __future__ import annotations

_WAYS = {
    "jack": "through JACK, exact to the sample",
    "rtmidi": "through the system's own ports",
    "loopback": "with a pretend player and no device",
}
_JACK_SYSTEM = "linux"
_REMEDIES = {
    "linux": (
        "Start JACK or PipeWire; or for the system's own ports load its sequencer "
        "(sudo modprobe snd-seq) and join the group audio "
        "(sudo usermod -aG audio $USER, then log in again)."
    ),
    "darwin": (
        "Open Audio MIDI Setup, double-click IAC Driver in its MIDI Studio, and tick "
        '"Device is online".'
    ),
    "win32": (
        "Windows makes no ports between programs: make two with loopMIDI, and choose one to "
        "listen on and the other to play on."
    ),
}
_ELSEWHERE = "Start the MIDI service of this system; the ports then open by themselves."


def opened(backend: str, input_name: str, output_name: str, platform: str) -> str:
    """Say which ports are open; where a better way is at hand, say that too."""
    way = _WAYS.get(backend, f"through {backend}")
    better = ""
    if backend == "rtmidi" and platform == _JACK_SYSTEM:
        better = "; with JACK or PipeWire notes would be exact to the sample"
    return f"Listens on {input_name} and plays on {output_name}, {way}{better}."


def remedy(platform: str) -> str:
    """Say what to do on a system (as `sys.platform` names it) whose MIDI does not answer."""
    return _REMEDIES.get(platform, _ELSEWHERE)


def unopened(problem: str, platform: str, *, answers: bool) -> str:
    """Say what to do if no ports open, though the system's MIDI `answers` or because it does not.

    If it answers, what is wrong is this port, and the problem says it best; but Windows answers
    where there is nothing to open yet.
    """
    if answers and problem and platform != "win32":
        return problem
    return remedy(platform)


def unheard(
    output_name: str,
    *,
    own: bool,
    plugin: bool,
    patched: bool = False,
    sound: str = "",
    mute: bool = False,
) -> str:
    """Say what to look at if notes went out and nobody heard them.

    `sound` is what the built-in synth says if it is to be heard, and `mute` that it cannot be.
    """
    if mute:
        return sound
    if sound:
        return f"{sound.rstrip('.')}: see that the speakers are on, and the volume is up."
    if plugin:
        return "The plugin plays them: send its track on to an instrument, and see it is not muted."
    if own and patched:
        return (
            f"What is connected to {output_name} gets them: see that it is an instrument and "
            "turned up; in a DAW, monitor that track."
        )
    if own:
        return (
            f"Connect {output_name} to an instrument, or choose one under Play on; in a DAW, "
            "monitor that track."
        )
    return (
        f"See whether {output_name} is the instrument that you mean, switched on, turned up, and "
        "listening on channel 1."
    )
