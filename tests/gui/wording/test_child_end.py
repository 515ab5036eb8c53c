"""The words for the end of a child process."""

import pytest

from bridge.playout.problem import IoExited, IoRestarted
from bridge.synth.reason import SynthExited
from bridge.system.child_end import ChildEnd
from gui.wording.child_end import cause_of
from gui.wording.engine_exit import sentence_of_engine_exit
from gui.wording.reasons import Reason, sentence_of


@pytest.mark.parametrize(
    "end,words",
    [
        (None, ""),
        (ChildEnd(0), ""),
        (ChildEnd(0, "an old warning"), ""),
        (ChildEnd(3), "status 3"),
        (ChildEnd(1, "MemoryError"), "MemoryError"),
        (ChildEnd(-9), "signal 9"),
        (ChildEnd(-9, "an old warning"), "signal 9; it last printed: an old warning"),
    ],
)
def test_a_cause_is_a_signal_a_status_or_what_was_printed(end: ChildEnd | None, words: str) -> None:
    assert str(cause_of(end)) == words


def test_a_long_cause_is_cut() -> None:
    words = str(cause_of(ChildEnd(1, "word " * 500)))
    assert words.endswith("word…")
    assert len(words) <= 200


def test_a_cause_may_contain_braces() -> None:
    told = sentence_of_engine_exit(ChildEnd(1, "KeyError: '{}{0}'"))
    assert str(told) == "The engine has ended (KeyError: '{}{0}'). It is started again."


def test_an_engine_without_a_known_cause_has_just_ended() -> None:
    told = sentence_of_engine_exit(None)
    assert str(told) == "The engine has ended. It is started again."


@pytest.mark.parametrize(
    "reason,text",
    [
        (IoRestarted(None, 1), "The MIDI process had ended, and was started again."),
        (
            IoRestarted(ChildEnd(-9), 2),
            "The MIDI process had ended (signal 9), and was started again.",
        ),
        (SynthExited(), "The synth has ended; it is started again."),
        (SynthExited(ChildEnd(-9)), "The synth has ended (signal 9); it is started again."),
        (IoExited(), "The MIDI process has ended."),
        (
            IoExited(ChildEnd(1, "OSError: no")),
            "The MIDI process has ended (OSError: no).",
        ),
    ],
)
def test_the_synth_and_the_midi_process_tell_their_cause(reason: Reason, text: str) -> None:
    assert str(sentence_of(reason)) == text
