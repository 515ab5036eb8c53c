"""How long each instrument has repeated one pitch."""

from model.decoding.heard.repeats import RepeatLog

QUARTER = 48


def test_repetition_is_measured_in_time_not_in_notes() -> None:
    slow, fast = RepeatLog(), RepeatLog()
    for tick in range(0, 8 * QUARTER, 2 * QUARTER):
        slow.note_on(4, tick, 40)
    for tick in range(0, 2 * QUARTER, 6):
        fast.note_on(4, tick, 40)
    assert slow.loss(4, 8 * QUARTER, {})[0] == 40
    assert slow.loss(4, 8 * QUARTER, {})[1] > 3
    assert fast.loss(4, 2 * QUARTER, {})[1] == 0


def test_a_pedal_that_was_heard_may_come_again() -> None:
    log = RepeatLog()
    for tick in range(0, 16 * QUARTER, 24):
        log.note_on(4, tick, 40)
    heard = log.longest()
    assert heard == {4: 16 * QUARTER - 24}
    assert log.loss(4, 16 * QUARTER - 24, heard)[1] == 0
    assert log.loss(4, 18 * QUARTER, heard)[1] > 2
    assert log.loss(4, 18 * QUARTER, {})[1] == 6


def test_another_pitch_ends_a_repetition() -> None:
    log = RepeatLog()
    for tick in range(0, 10 * QUARTER, 24):
        log.note_on(4, tick, 40)
    log.note_on(4, 10 * QUARTER, 43)
    assert log.loss(4, 10 * QUARTER, {}) == (43, 0)


def test_instruments_are_counted_apart_and_a_copy_is_independent() -> None:
    log = RepeatLog()
    log.note_on(4, 0, 40)
    other = log.copy()
    log.note_on(5, 24, 60)
    log.note_on(4, 10 * QUARTER, 40)
    assert log.loss(4, 10 * QUARTER, {})[1] > 0
    assert other.longest() == {}
