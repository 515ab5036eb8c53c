"""What is sent for what was composed: channels, programs, ends, the grid."""

from bridge.dialogue import Release, Strike
from bridge.events import NoteOff, NoteOn, ProgramChange
from bridge.instruments import Instrument
from bridge.part import DUCKED, Part
from bridge.played import Played
from bridge.quantise import Quantise, Step
from bridge.schedule import Due
from bridge.transport import Source, Transport

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
HOST = Transport(Source.JACK, epoch=4)


def dues(part: Part, *told: Strike | Release, quantise: Quantise | None = None) -> list[Due]:
    return list(part.dues(told, HOST, quantise or Quantise(), Played()))


def test_an_instrument_gets_its_program_once_before_its_first_note() -> None:
    part = Part()
    first = dues(part, Strike(10, BASS, 36, 70))
    channel, program = BASS.spec.channel, BASS.spec.program
    assert first == [
        Due(10, 4, ProgramChange(channel, program)),
        Due(10, 4, NoteOn(channel, 36, 70)),
    ]
    assert dues(part, Strike(20, BASS, 38, 70)) == [Due(20, 4, NoteOn(channel, 38, 70))]
    part.clear()
    assert isinstance(dues(part, Strike(30, BASS, 36, 70))[0].event, ProgramChange)


def test_a_program_that_was_taken_back_is_planned_again_until_it_has_been_sent() -> None:
    part = Part()
    dues(part, Strike(10, BASS, 36, 70))
    part.clear_plan()
    assert isinstance(dues(part, Strike(20, BASS, 36, 70))[0].event, ProgramChange)
    part.note_program(BASS.spec.channel)
    part.clear_notes()
    assert isinstance(dues(part, Strike(30, BASS, 36, 70))[0].event, NoteOn)


def test_a_drum_gets_no_program_and_owes_its_end() -> None:
    assert dues(Part(), Strike(10, DRUMS, 38, 90)) == [
        Due(10, 4, NoteOn(9, 38, 90)),
        Due(16, 4, NoteOff(9, 38)),
    ]


def test_a_note_that_is_drawn_to_the_grid_keeps_its_length() -> None:
    part, eighths = Part(), Quantise(Step.EIGHTH)
    told = dues(part, Strike(20, PIANO, 60, 70), Release(30, PIANO, 60), quantise=eighths)
    assert [(d.tick, type(d.event)) for d in told[1:]] == [(24, NoteOn), (34, NoteOff)]
    (end,) = dues(part, Release(50, PIANO, 60), quantise=eighths)  # of a note long released
    assert end.tick == 50


def test_over_the_player_it_plays_softly() -> None:
    part = Part()
    part.soft = True
    assert dues(part, Strike(0, PIANO, 60, 100))[1].event == NoteOn(0, 60, round(100 * DUCKED))
    assert dues(part, Strike(0, PIANO, 61, 1))[0].event == NoteOn(0, 61, 1)


def test_what_is_planned_is_shown_at_its_time() -> None:
    played = Played()
    told = (Strike(48, PIANO, 60, 70), Release(96, PIANO, 60), Strike(48, DRUMS, 38, 70))
    Part().dues(told, HOST, Quantise(), played)
    shown = [(n.instrument, n.onset_ns, n.release_ns, n.answered) for n in played.notes]
    half = 500_000_000
    assert shown == [(PIANO, half, 2 * half, True), (DRUMS, half, half + half // 8, True)]
