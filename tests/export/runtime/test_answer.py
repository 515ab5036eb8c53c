"""A scripted answer: its releases, its end, and what it returns again after a replan."""

from bridge.messages.composer import Generate, NoteEvent, Onset, Release
from bridge.midi.instruments import Instrument
from export.runtime.answer import ScriptedAnswer

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
SCRIPT = (
    Onset(96, PIANO, 60, 80),
    Onset(100, DRUMS, 36, 80),
    Release(120, PIANO, 60),
    Onset(140, BASS, 36, 80),
    Onset(150, PIANO, 64, 80),
)
END = 192


def scripted(script: tuple[NoteEvent, ...] = SCRIPT) -> ScriptedAnswer:
    return ScriptedAnswer(Generate(1, 96, END, END, (PIANO,), script))


def test_notes_that_the_script_leaves_sounding_end_at_its_end() -> None:
    answer = scripted()
    assert answer.events == (*SCRIPT, Release(END, BASS, 36), Release(END, PIANO, 64))
    assert answer.pending == answer.events


def test_a_note_played_again_has_one_release() -> None:
    script = Onset(96, PIANO, 60, 80), Onset(120, PIANO, 60, 80)
    assert scripted(script).events == (*script, Release(END, PIANO, 60))


def test_a_script_that_ends_its_notes_is_not_changed() -> None:
    assert scripted(SCRIPT[:3]).events == SCRIPT[:3]


def test_it_goes_on_until_its_events_are_returned() -> None:
    answer = scripted()
    states = [answer.goes_on]
    answer.pending = None
    states.append(answer.goes_on)
    answer.replan(999)
    states.append(answer.goes_on)
    assert states == [True, False, True], "after a replan the end is still to be returned"
    assert answer.pending == ()


def test_a_replan_returns_the_later_events_only() -> None:
    answer = scripted()
    answer.replan(140)
    assert answer.pending == (SCRIPT[4], Release(END, BASS, 36), Release(END, PIANO, 64))
    answer.replan(139)
    assert answer.pending == answer.events[3:]


def test_after_a_new_end_nothing_begins_and_sounding_notes_end_there() -> None:
    answer = scripted()
    answer.end_at(150)
    answer.replan(110)
    assert answer.pending == (SCRIPT[2], SCRIPT[3], Release(150, BASS, 36))


def test_a_new_end_ends_notes_that_began_before_the_replan() -> None:
    answer = scripted()
    answer.end_at(160)
    answer.replan(155)
    assert answer.pending == (Release(160, BASS, 36), Release(160, PIANO, 64))
