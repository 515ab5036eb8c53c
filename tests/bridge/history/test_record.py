"""The record: scores of free playing, and of a host that plays, stops and jumps."""

from dataclasses import replace

import pytest

from bridge.history.record import MAX_TRANSPORTS, Record, TransportHistory, build_score
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND

PIANO = Instrument.PIANO
START_NS = 100 * SECOND
HOST = Transport(Source.JACK, epoch=1, time_ns=START_NS, tick=1920)  # at 120 bpm, in bar 11
FREE = Transport(epoch=0)
BAR_NS, BAR = 2 * SECOND, 192


def note(onset_ns: int, pitch: int = 60, *, answered: bool = False) -> RollNote:
    return RollNote(PIANO, pitch, 80, onset_ns, onset_ns + 250 * MS, answered=answered)


def lines(*held: tuple[int, Transport]) -> tuple[tuple[int, Transport], ...]:
    followed = TransportHistory()
    for now_ns, line in held:
        followed.update(line, now_ns)
    return followed.transports


def onsets(record: Record) -> list[int]:
    return [each.onset_ticks for each in build_score(record, answered=False).notes]


def test_in_free_playing_the_score_begins_with_the_first_note() -> None:
    record = Record((note(START_NS + 33), note(START_NS + 33 + SECOND)), lines((0, FREE)))
    assert build_score(record, answered=False) == Score(
        (Note(0, PIANO, 60, 24, 80), Note(96, PIANO, 60, 120, 80)), (TempoChange(0, 120.0),)
    )
    assert build_score(record, answered=True).notes == ()


def test_a_shift_of_free_time_leaves_no_gap() -> None:
    shifted = [(START_NS + n * SECOND, FREE.shifted(n * 70 * MS)) for n in range(4)]
    record = Record((note(START_NS), note(START_NS + 3 * SECOND)), lines(*shifted))
    assert len(record.transports) == 1
    assert onsets(record) == [0, 288]


def test_with_a_host_the_score_begins_with_the_hosts_bar() -> None:
    host = replace(HOST, metre=MetreChange(0, 3, 4), quarter_ns=400 * MS)
    first = host.ns_at(1920 + 96 + 48)  # 1920 is a third beat too many for bars of 144
    record = Record((note(first), note(first + 400 * MS, answered=True)), lines((0, host)))
    mine, other = build_score(record, answered=False), build_score(record, answered=True)
    assert mine.tempos == other.tempos == (TempoChange(0, 150.0),)
    assert mine.metres == other.metres == (MetreChange(0, 3, 4),)
    place = host.bar_position(1920 + 96 + 48).position_ticks
    assert [n.onset_ticks for n in (*mine.notes, *other.notes)] == [place, place + 48]


def test_a_slightly_early_first_note_is_on_the_bar_line() -> None:
    record = Record((note(HOST.ns_at(1920) - 20 * MS),), lines((0, HOST)))
    assert onsets(record) == [0]


def test_a_tempo_change_is_written_and_a_drift_is_not() -> None:
    drifts = replace(HOST, quarter_ns=500 * MS + 300_000)
    at = HOST.ns_at(1920 + BAR)
    faster = replace(HOST, time_ns=at, tick=1920 + BAR, quarter_ns=400 * MS)
    record = Record(
        (note(START_NS), note(faster.ns_at(1920 + BAR + 48))),
        lines((START_NS, HOST), (START_NS + SECOND, drifts), (at, faster)),
    )
    reported = build_score(record, answered=False)
    assert reported.tempos == (TempoChange(0, 120.0), TempoChange(BAR, 150.0))
    assert onsets(record) == [0, BAR + 48]


def test_after_a_jump_the_score_goes_on_at_a_bar_line() -> None:
    back = replace(HOST, epoch=2, time_ns=START_NS + 3 * SECOND, tick=48)  # a beat into bar 1
    record = Record(
        (note(START_NS), note(back.time_ns), note(back.ns_at(192))),
        lines((START_NS, HOST), (back.time_ns, back)),
    )
    reported = build_score(record, answered=False)
    assert reported.metres == (MetreChange(0, 4, 4), MetreChange(288, 4, 4))
    assert onsets(record) == [0, 288 + 48, 288 + 192]


def test_a_transport_holds_from_the_note_that_started_it() -> None:
    own = Transport(Source.OWN, time_ns=0)
    begun = replace(own, time_ns=START_NS)
    record = Record((note(START_NS),), lines((SECOND, own), (START_NS + 8 * MS, begun)))
    assert onsets(record) == [0]


def test_a_host_that_stops_leaves_free_time() -> None:
    freely = Transport(epoch=2)
    at = START_NS + BAR_NS
    record = Record((note(START_NS), note(at + SECOND)), lines((START_NS, HOST), (at, freely)))
    assert onsets(record) == [0, BAR + 96]
    assert build_score(record, answered=False).metres == (MetreChange(0, 4, 4),)


@pytest.mark.parametrize("since_ns,count", [(0, 2), (START_NS + 1, 1), (START_NS + 2 * SECOND, 0)])
def test_the_latest_notes_can_be_selected(since_ns: int, count: int) -> None:
    record = Record((note(START_NS), note(START_NS + SECOND)), lines((0, HOST)))
    assert len(record.since(since_ns).notes) == count


def test_an_epoch_has_its_latest_transport() -> None:
    followed = TransportHistory()
    freely, again = Transport(epoch=2), replace(HOST, epoch=3)
    moved = replace(HOST, time_ns=START_NS + SECOND, tick=1920 + 95)
    for now_ns, line in ((0, FREE), (START_NS, HOST), (START_NS + SECOND, moved)):
        followed.update(line, now_ns)
    assert followed.epochs == ((0, FREE), (START_NS, moved))
    for now_ns, line in ((START_NS + 2 * SECOND, freely), (START_NS + 3 * SECOND, again)):
        followed.update(line, now_ns)
    assert [line for _, line in followed.epochs] == [FREE, moved, freely, again]


def test_a_restart_of_our_own_clock_goes_on_at_a_bar_line() -> None:
    own = Transport(Source.OWN, time_ns=START_NS)
    again = replace(own, time_ns=START_NS + 5 * SECOND)  # another session, in the same epoch
    record = Record(
        (note(START_NS), note(START_NS + 4 * SECOND), note(START_NS + 5 * SECOND)),
        lines((START_NS, own), (START_NS + 5 * SECOND, again)),
    )
    assert onsets(record) == [0, 384, 480]
    assert build_score(record, answered=False).metres == (
        MetreChange(0, 4, 4),
        MetreChange(480, 4, 4),
    )


def test_planned_notes_are_not_in_the_record() -> None:
    held, planned = replace(note(START_NS), release_ns=None), note(START_NS + 3 * SECOND)
    long = replace(note(START_NS), release_ns=START_NS + 9 * SECOND)
    kept = Record((held, long, planned)).until(START_NS + 2 * SECOND)
    assert [each.release_ns for each in kept.notes] == [START_NS + 2 * SECOND] * 2


def test_without_notes_the_score_is_empty() -> None:
    assert build_score(Record(), answered=False) == Score()


def test_a_sounding_note_is_one_tick_long() -> None:
    held = replace(note(START_NS), release_ns=None)
    (written,) = build_score(Record((held,)), answered=False).notes
    assert (written.onset_ticks, written.release_ticks) == (0, 1)


def test_the_last_minute_ends_with_the_last_note() -> None:
    early, late, last = (
        RollNote(Instrument.PIANO, 60, 80, at * SECOND, (at + 1) * SECOND) for at in (1, 50, 100)
    )
    record = Record((early, late, last))
    assert record.last(60 * SECOND).notes == (late, last)
    assert record.last(SECOND).notes == (last,)
    assert Record().last(SECOND) == Record()


def test_the_transports_that_are_kept_are_limited() -> None:
    history = TransportHistory()
    for epoch in range(MAX_TRANSPORTS + 10):
        history.update(Transport(Source.JACK, epoch=epoch), epoch)
    assert len(history.transports) == MAX_TRANSPORTS
    assert history.transports[-1][1].epoch == MAX_TRANSPORTS + 9
