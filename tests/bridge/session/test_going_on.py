"""A session that goes on after one that was cut off: its notes, and what the composer reads."""

from bridge.history.record import Record
from bridge.messages.composer import NoteEvent, Onset, PlayerEvents, Release, Reset
from bridge.messages.requests import Start, Stop
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote
from bridge.messages.time_settings import TimeSettings
from bridge.midi.events import NoteOff, NoteOn
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from bridge.session.session import Session
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND
from tests.bridge.session.table import Table

PIANO, BASS = Instrument.PIANO, Instrument.BASS
QUARTER_NS = SECOND // 2
BEFORE = tuple(
    RollNote(PIANO if number % 2 else BASS, 50 + number, 80, at, at + 400 * MS, answered=bool(odd))
    for number in range(8)
    for at, odd in ((number * QUARTER_NS, number % 2),)
)
FREE = Record(BEFORE, ((0, Transport()),))
GRID = Record(BEFORE, ((0, Transport(Source.OWN, metre=MetreChange(0, 4, 4))),))
BARS = Settings(time=TimeSettings(bpm=120))
NOW = 100 * SECOND


def going_on(past: Record, settings: Settings | None = None) -> Table:
    table = Table(settings)
    table.session = Session(settings or Settings(), past)
    table.at(NOW, Start())
    return table


def resets(table: Table) -> list[Reset]:
    return [each for each in table.composer if isinstance(each, Reset)]


def played(table: Table) -> list[NoteEvent]:
    return [e for each in table.composer if isinstance(each, PlayerEvents) for e in each.events]


def test_the_notes_of_both_are_shown_and_recorded() -> None:
    table = going_on(FREE)
    assert table.session.snapshot(NOW).notes == BEFORE
    table.play(NOW, NoteOn(0, 90, 80))
    table.play(NOW + SECOND, NoteOff(0, 90))
    record = table.session.record(NOW + 2 * SECOND)
    assert record.notes[:-1] == BEFORE
    assert (record.notes[-1].pitch, record.notes[-1].onset_ns) == (90, NOW)
    assert record.transports[0] == FREE.transports[0]


def test_the_composer_reads_what_came_before_and_then_goes_on() -> None:
    for past, settings in ((FREE, Settings()), (GRID, BARS)):
        table = going_on(past, settings)
        events = resets(table)[0].past
        onsets = [each for each in events if isinstance(each, Onset)]
        assert [each.pitch for each in onsets] == [50 + number for number in range(8)]
        assert [each.tick for each in onsets] == [48 * number for number in range(8)]
        assert len([each for each in events if isinstance(each, Release)]) == 8
        assert [each.tick for each in events] == sorted(each.tick for each in events)
        table.play(NOW + SECOND, NoteOn(0, 90, 80))
        assert played(table) == [Onset(8 * 48, PIANO, 90, 80)]  # in the next bar


def test_music_of_another_kind_of_time_is_not_read() -> None:
    assert resets(going_on(FREE, BARS))[0].past == ()
    assert resets(going_on(GRID))[0].past == ()


def test_a_new_beginning_is_one() -> None:
    table = going_on(FREE)
    table.at(NOW + SECOND, Stop())
    table.at(NOW + 2 * SECOND, Start())
    assert [bool(each.past) for each in resets(table)] == [True, False]
    assert table.session.snapshot(NOW).notes == BEFORE
    assert resets(going_on(Record()))[0] == Reset()


def test_the_composer_reads_no_more_than_it_remembers() -> None:
    notes = tuple(
        RollNote(PIANO, 60 + number % 12, 80, number * 100 * MS, number * 100 * MS + 50 * MS)
        for number in range(10_000)
    )
    events = resets(going_on(Record(notes, FREE.transports)))[0].past
    assert 0 < len(events) <= 800
    assert min(each.tick for each in events) == 0
