"""The output of the built-in synth, or why it cannot play, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.synth.policy import SynthReady
from bridge.synth.reason import (
    BadSoundFont,
    NoSoundDevice,
    NoSoundFont,
    NoSuchSoundFont,
    SoundDeviceLost,
    SynthExited,
    SynthNotInstalled,
)
from bridge.system.child_exit import ChildExited
from bridge.system.input_file import InputReason
from gui.wording.child_end import cause_of
from gui.wording.inputs import sentence_of_input
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.synth.reason import SynthReason


def sentence_of_synth(status: SynthReady | SynthReason) -> Sentence:
    """Return the sentence for the status of the built-in synth."""
    if isinstance(status, InputReason):  # of a sound font
        return sentence_of_input(status)
    match status:
        case SynthReady(device):
            told = Sentence("Sound", "Antiphon sounds by itself, through {}.").format(device)
        case SynthNotInstalled(command):
            told = Sentence(
                "Sound", "The built-in synth needs packages that are not installed; type: {}"
            ).format(command)
        case NoSoundFont() | NoSuchSoundFont() | BadSoundFont():
            told = _of_sound_font(status)
        case NoSoundDevice() | SoundDeviceLost():
            told = _of_device(status)
        case SynthExited(end):
            told = _of_exit(cause_of(end))
        case ChildExited():
            told = sentence_of_child(status)
        case _:
            assert_never(status)
    return told


def sentence_of_child(reason: ChildExited) -> Sentence:
    """Return the sentence for a child process that did not start properly."""
    if reason.last_words:
        told = Sentence("Process", "{} ended with status {} before it joined: {}")
        return told.format(reason.module, reason.status, reason.last_words)
    told = Sentence("Process", "{} ended with status {} before it joined.")
    return told.format(reason.module, reason.status)


def _of_exit(cause: Sentence | str) -> Sentence:
    if not cause:
        return Sentence("Sound", "The synth has ended; it is started again.")
    return Sentence("Sound", "The synth has ended ({}); it is started again.").format(cause)


def _of_sound_font(reason: NoSoundFont | NoSuchSoundFont | BadSoundFont) -> Sentence:
    match reason:
        case NoSoundFont():
            return Sentence(
                "Sound",
                "There is no sound font: install a General MIDI one (on Debian: "
                "fluid-soundfont-gm), or name yours.",
            )
        case NoSuchSoundFont(path):
            return Sentence("Sound", "There is no sound font {}.").format(path)
        case BadSoundFont(path):
            return Sentence("Sound", "{} is no General MIDI sound font.").format(path)
    assert_never(reason)


def _of_device(reason: NoSoundDevice | SoundDeviceLost) -> Sentence:
    match reason:
        case NoSoundDevice(""):
            return Sentence(
                "Sound",
                "There is no sound device that plays; connect one, and Antiphon will sound.",
            )
        case NoSoundDevice(service):
            return Sentence(
                "Sound",
                "There is no sound device that plays through {}; connect one, and Antiphon will "
                "sound.",
            ).format(service)
        case SoundDeviceLost():
            return Sentence(
                "Sound", "The sound device has gone; Antiphon sounds again when there is one."
            )
    assert_never(reason)
