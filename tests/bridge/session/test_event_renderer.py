"""Rendering of note events: channels, programs, releases, the grid."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.history.played import PlayedNotes
from bridge.messages.composer import Onset, Release
from bridge.midi.events import NoteOff, NoteOn, ProgramChange
from bridge.midi.instruments import Instrument
from bridge.playout.schedule import Schedule, ScheduledEvent
from bridge.session.event_renderer import DUCK_GAIN, EventRenderer
from bridge.session.turns import NO_END, Turn
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source, Transport

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
HOST = Transport(Source.JACK, epoch=4)
ENDLESS = Turn(-NO_END, NO_END)


def dues(
    part: EventRenderer,
    *decided_events: Onset | Release,
    quantise: Quantise | None = None,
    turn: Turn = ENDLESS,
) -> list[ScheduledEvent]:
    return list(part.render(decided_events, HOST, quantise or Quantise(), turn, PlayedNotes()))


def test_an_instrument_gets_its_program_once_before_its_first_note() -> None:
    part = EventRenderer()
    first = dues(part, Onset(10, BASS, 36, 70))
    channel, program = BASS.spec.channel, BASS.spec.program
    assert first == [
        ScheduledEvent(10, 4, ProgramChange(channel, program), 10),
        ScheduledEvent(10, 4, NoteOn(channel, 36, 70), 10),
    ]
    assert dues(part, Onset(20, BASS, 38, 70)) == [
        ScheduledEvent(20, 4, NoteOn(channel, 38, 70), 20)
    ]
    part.clear()
    assert isinstance(dues(part, Onset(30, BASS, 36, 70))[0].event, ProgramChange)


def test_a_retracted_program_is_planned_again_until_it_is_sent() -> None:
    part = EventRenderer()
    dues(part, Onset(10, BASS, 36, 70))
    part.clear_plan()
    assert isinstance(dues(part, Onset(20, BASS, 36, 70))[0].event, ProgramChange)
    part.mark_program_sent(BASS.spec.channel)
    part.clear_notes()
    assert isinstance(dues(part, Onset(30, BASS, 36, 70))[0].event, NoteOn)


def test_a_drum_gets_no_program_and_is_released() -> None:
    assert dues(EventRenderer(), Onset(10, DRUMS, 38, 90)) == [
        ScheduledEvent(10, 4, NoteOn(9, 38, 90), 10),
        ScheduledEvent(16, 4, NoteOff(9, 38), 10),
    ]


def test_a_quantised_note_keeps_its_length() -> None:
    part, eighths = EventRenderer(), Quantise(GridStep.EIGHTH)
    decided_events = dues(part, Onset(20, PIANO, 60, 70), Release(30, PIANO, 60), quantise=eighths)
    assert [(d.tick, type(d.event)) for d in decided_events[1:]] == [(24, NoteOn), (34, NoteOff)]
    assert [d.unquantised_tick for d in decided_events] == [20, 20, 30]
    (end,) = dues(part, Release(50, BASS, 60), quantise=eighths)  # its note never began
    assert end.tick == 50


def test_no_note_is_moved_out_of_its_turn() -> None:
    eighths = Quantise(GridStep.EIGHTH)
    decided_events = [Onset(26, DRUMS, 38, 70), Onset(94, DRUMS, 38, 70)]
    drawn = dues(EventRenderer(), *decided_events, quantise=eighths, turn=Turn(25, 96))
    assert [d.tick for d in drawn if isinstance(d.event, NoteOn)] == [48, 72]


def test_after_a_replan_the_release_of_a_kept_note_moves_with_its_onset() -> None:
    part, eighths = EventRenderer(), Quantise(GridStep.EIGHTH)
    decided_events = (
        Onset(20, PIANO, 60, 70),  # moved to 24
        Release(30, PIANO, 60),
        Onset(52, PIANO, 60, 70),  # moved to 48, and retracted
    )
    dues(part, *decided_events, quantise=eighths)
    part.clear_plan(after_tick=22)
    (end,) = dues(part, Release(23, PIANO, 60), quantise=eighths)
    assert end.tick == 27


@st.composite
def melodies(draw: st.DrawFn, first: int = 0) -> list[Onset | Release]:
    """Generate notes on three keys, one after another on each, within two bars of `first`."""
    decided_events: list[Onset | Release] = []
    for pitch in (60, 61, 62):
        ticks = draw(st.lists(st.integers(first, first + 384), max_size=12, unique=True))
        for begins, ends in batched(sorted(ticks)):
            decided_events += [Onset(begins, PIANO, pitch, 70), Release(ends, PIANO, pitch)]
    return sorted(decided_events, key=lambda each: each.tick)


def batched(ticks: list[int]) -> list[tuple[int, int]]:
    return list(zip(ticks[::2], ticks[1::2], strict=False))


@given(
    st.data(),
    melodies(),
    st.integers(-100, 300),
    st.sampled_from(list(GridStep)),
    st.sampled_from([0.3, 1.0]),
    st.sampled_from([0.5, 0.66]),
    st.sampled_from([0, 0, 20, 60]),
)
def test_a_replan_loses_no_note_and_leaves_none_sounding(
    data: st.DataObject,
    decided_events: list[Onset | Release],
    now: int,
    step: GridStep,
    strength: float,
    swing: float,
    late: int,
) -> None:
    """Play a plan for a while, replan as the session does, and play on to the end.

    The replan may reach the schedule `late` ticks later: then it has sent notes of the old plan,
    which no new plan ends.
    """
    quantise = Quantise(step, strength, swing)
    part, schedule = EventRenderer(), Schedule(HOST)
    schedule.add(dues(part, *decided_events, quantise=quantise))
    sent = [each for tick in range(-8, now + late + 1) for each in schedule.emit(HOST.ns_at(tick))]

    commit = now + 8 + quantise.max_shift_ticks(HOST)
    stands = [each for each in decided_events if each.tick <= commit]
    sent += (released := schedule.replan(commit, HOST.ns_at(now + late)))
    assert late or not released
    part.clear_plan(commit)
    held: set[int] = set()
    for each in stands:
        (held.add if isinstance(each, Onset) else held.discard)(each.pitch)
    ends = [Release(commit + 1 + data.draw(st.integers(0, 9)), PIANO, pitch) for pitch in held]
    new = data.draw(melodies(commit + 11))
    again = [*sorted(ends, key=lambda each: each.tick), *new]
    schedule.add(dues(part, *again, quantise=quantise))

    for tick in range(now + late, commit + 600):
        sent += schedule.emit(HOST.ns_at(tick))
    assert not schedule.sounding
    if late:
        return
    assert schedule.dropped == 0
    struck = [each.event.pitch for each in sent if isinstance(each.event, NoteOn)]
    decided = [each.pitch for each in (*stands, *again) if isinstance(each, Onset)]
    assert sorted(struck) == sorted(decided)


def test_ducked_notes_are_softer() -> None:
    part = EventRenderer()
    part.ducked = True
    assert dues(part, Onset(0, PIANO, 60, 100))[1].event == NoteOn(0, 60, round(100 * DUCK_GAIN))
    assert dues(part, Onset(0, PIANO, 61, 1))[0].event == NoteOn(0, 61, 1)


def test_planned_notes_are_shown_at_their_times() -> None:
    played = PlayedNotes()
    decided_events = (Onset(48, PIANO, 60, 70), Release(96, PIANO, 60), Onset(48, DRUMS, 38, 70))
    EventRenderer().render(decided_events, HOST, Quantise(), ENDLESS, played)
    shown = [(n.instrument, n.onset_ns, n.release_ns, n.answered) for n in played.notes]
    half = 500_000_000
    assert shown == [(PIANO, half, 2 * half, True), (DRUMS, half, half + half // 8, True)]
