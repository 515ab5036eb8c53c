"""Why a file of the user's is not read, or what is heard in it: its path comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.system.input_file import (
    InputFault,
    InputNotRead,
    InputReason,
    InputTooLarge,
    RefusedInput,
)
from export.hearing.reason import (
    AbsurdRate,
    Heard,
    HearingNotInstalled,
    SoundFault,
    SoundNotDecoded,
    SoundTooLong,
    UnusableSound,
)
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from export.hearing.reason import SoundReason

_FAULTS = {
    InputFault.MISSING: Sentence("Files", "{}: no such file."),
    InputFault.FOLDER: Sentence("Files", "{}: is a folder, not a file."),
    InputFault.SPECIAL: Sentence("Files", "{}: is a device or a pipe, not a file."),
    InputFault.FORBIDDEN: Sentence("Files", "{}: may not be read."),
}

_SOUND_FAULTS = {
    SoundFault.NOT_SOUND: Sentence(
        "Files", "{}: is not a sound file that can be read (WAV, FLAC, Ogg, MP3 or AIFF)."
    ),
    SoundFault.NO_SAMPLES: Sentence("Files", "{}: has no sound in it."),
    SoundFault.SILENT: Sentence("Files", "{}: is silent."),
    SoundFault.NO_NOTES: Sentence("Files", "{}: no notes are heard in it."),
}


def sentence_of_input(reason: InputReason) -> Sentence:
    """Return the sentence for a file that is not read."""
    path = str(reason.path)
    match reason:
        case RefusedInput(_, fault):
            return _FAULTS[fault].format(path)
        case InputTooLarge(_, max_bytes, _):
            return Sentence("Files", "{}: is larger than {:g} MB.").format(path, max_bytes / 1e6)
        case InputNotRead(_, error):
            return Sentence("Files", "{}: cannot be read ({}).").format(path, error)
    assert_never(reason)


def sentence_of_sound(reason: SoundReason | Heard) -> Sentence:
    """Return the sentence for a sound file that is not heard, or for what is heard in it."""
    if isinstance(reason, InputReason):
        return sentence_of_input(reason)
    path = str(reason.path)
    match reason:
        case Heard():
            told = _of_heard(reason)
        case UnusableSound(_, fault):
            told = _SOUND_FAULTS[fault].format(path)
        case SoundTooLong(_, max_minutes):
            told = Sentence("Files", "{}: is longer than {:g} minutes, the most that is heard.")
            told = told.format(path, max_minutes)
        case AbsurdRate(_, rate_hz):
            told = Sentence("Files", "{}: a sample rate of {} Hz is not one of music.")
            told = told.format(path, rate_hz)
        case SoundNotDecoded(_, error):
            told = Sentence("Files", "{}: the sound is damaged ({}).").format(path, error)
        case HearingNotInstalled(_, command):
            told = Sentence(
                "Files", "{}: hearing needs packages that are not installed; type: {}"
            ).format(path, command)
        case _:
            assert_never(reason)
    return told


def _of_heard(heard: Heard) -> Sentence:
    """Return what was heard; the time at which it begins tells where it lies in the recording."""
    if heard.is_one_voice:
        notes = Sentence("Files", "one voice, notes: {}").format(heard.note_count)
    else:
        notes = Sentence("Files", "notes: {}").format(heard.note_count)
    if heard.is_steady:
        told = Sentence("Files", "{}: {}; {:.1f} bpm, the first bar begins at {:.2f} s.")
    else:
        told = Sentence(
            "Files", "{}: {}; no steady beat, so {:g} bpm; the first bar begins at {:.2f} s."
        )
    return told.format(str(heard.path), notes, heard.bpm, heard.begin_s)
