"""The line of chords that the window shows while Antiphon plays."""

from bridge.messages.composer import Generate, Generated, Onset, Release
from bridge.messages.harmony import ExpectedChord, HeardHarmony, HeardKey
from bridge.messages.requests import Start, Stop
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollChord, TurnState
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.session.harmony_line import HarmonyLine
from bridge.sync.transport import Source, Transport
from bridge.system.units import SECOND
from tests.bridge.session.table import Table

BAR = 192
C_MAJOR, E_FLAT = HeardKey("C", is_minor=False, fit=0.9), HeardKey("Eb", is_minor=False, fit=0.8)
HALF = Transport(Source.OWN, quarter_ns=SECOND // 2)


def chords(begin_bar: int, *names: str) -> tuple[ExpectedChord, ...]:
    """Return chords of a bar each."""
    bars = range(begin_bar, begin_bar + len(names))
    return tuple(
        ExpectedChord(name, bar * BAR, (bar + 1) * BAR)
        for name, bar in zip(names, bars, strict=True)
    )


def test_chords_are_shown_at_their_times() -> None:
    line = HarmonyLine()
    line.add(HeardHarmony(4 * BAR, C_MAJOR, chords(4, "C", "G7")), composer_offset=2 * BAR)
    assert line.key == C_MAJOR
    assert line.shown(HALF) == (
        RollChord("C", 4 * SECOND, 6 * SECOND),
        RollChord("G7", 6 * SECOND, 8 * SECOND),
    )


def test_a_new_report_replaces_what_is_to_come_and_leaves_what_is_over() -> None:
    line = HarmonyLine()
    line.add(HeardHarmony(0, C_MAJOR, chords(0, "C", "G", "Am", "F")), 0)
    line.add(HeardHarmony(BAR + 48, E_FLAT, chords(1, "Eb", "Ab")), 0)
    assert line.key == E_FLAT
    assert line.chords == (
        ExpectedChord("C", 0, BAR),
        ExpectedChord("G", BAR, BAR + 48),
        ExpectedChord("Eb", BAR + 48, 2 * BAR),
        ExpectedChord("Ab", 2 * BAR, 3 * BAR),
    )
    line.add(HeardHarmony(2 * BAR, E_FLAT), 0)
    assert [chord.name for chord in line.chords] == ["C", "G", "Eb"]


def test_a_chord_that_goes_on_is_one_chord() -> None:
    """While both play, a report comes every half beat."""
    line = HarmonyLine()
    for tick in range(0, BAR, 24):
        held = ExpectedChord("C", 0, BAR), ExpectedChord("F", BAR, 2 * BAR)
        line.add(HeardHarmony(tick, C_MAJOR, held), 0)
        assert line.chords == held


def test_the_line_does_not_grow_for_ever() -> None:
    line = HarmonyLine()
    for bar in range(200):
        names = ("C", "G") if bar % 2 else ("F", "G")
        line.add(HeardHarmony(bar * BAR, None, chords(bar, *names)), 0)
    assert len(line.chords) == 64
    assert line.chords[-1].name == "G"


def answered(table: Table) -> Generate:
    """Play a phrase, and let the composer be asked for an answer."""
    table.at(0, Start())
    table.phrase(SECOND)
    while table.state is not TurnState.ANSWERING:
        due = table.session.deadline_ns()
        assert due is not None
        table.at(due)
    return table.composed()


def generated(asked: Generate, harmony: HeardHarmony | None, *, done: bool = False) -> Generated:
    tick = asked.begin_tick
    events = Onset(tick, Instrument.PIANO, 60, 80), Release(tick + 24, Instrument.PIANO, 60)
    return Generated(asked.take, events, done=done, harmony=harmony)


def test_the_snapshot_has_key_and_chords_only_while_the_answer_plays() -> None:
    table = Table(Settings(bars=2, time=TimeSettings(bpm=120)))
    asked = answered(table)
    now_ns = 4 * SECOND
    assert not table.session.snapshot(now_ns).chords
    begin = asked.begin_tick
    line = (ExpectedChord("C", begin, begin + BAR), ExpectedChord("F", begin + BAR, begin + 384))
    table.at(now_ns, generated(asked, HeardHarmony(begin, C_MAJOR, line)))
    table.at(now_ns, generated(asked, None))
    shown = table.session.snapshot(now_ns)
    assert shown.key == C_MAJOR
    assert [chord.name for chord in shown.chords] == ["C", "F"]
    first, second = shown.chords
    assert first.end_ns == second.begin_ns
    assert second.end_ns - first.begin_ns == 4 * SECOND
    table.at(now_ns + SECOND, Stop())
    after = table.session.snapshot(now_ns + SECOND)
    assert after.key is None
    assert after.chords == ()


def test_a_report_of_an_earlier_take_is_ignored() -> None:
    table = Table(Settings(bars=2, time=TimeSettings(bpm=120)))
    asked = answered(table)
    late = Generated(asked.take - 1, (), harmony=HeardHarmony(0, C_MAJOR, chords(0, "C")))
    table.at(4 * SECOND, late)
    assert table.session.snapshot(4 * SECOND).key is None
