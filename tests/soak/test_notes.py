"""What a listener hears is judged rightly: what is wrong is found, and nothing else."""

import pytest

from bridge.system.units import MS, SECOND
from tests.soak.notes import Ledger, Strike, missing

ON, OFF, SILENCE, OTHER = b"\x90\x3c\x50", b"\x80\x3c\x00", b"\xb0\x7b\x00", b"\x91\x3c\x50"


def ledger_of(*messages: tuple[int, bytes], channels: set[int] | None = None) -> Ledger:
    ledger = Ledger(channels={0} if channels is None else channels)
    for at_ns, message in messages:
        ledger.hear(at_ns, message)
    return ledger


def said(ledger: Ledger, now_ns: int = 0) -> list[str]:
    return [fault.what.partition(":")[0].partition(",")[0] for fault in ledger.faults(now_ns)]


@pytest.mark.parametrize(
    "messages, wrong",
    [
        (((0, ON), (1, OFF)), []),
        (((0, ON), (1, b"\x90\x3c\x00")), []),  # a note-on of velocity 0 is a note-off
        (((0, OFF),), ["a note-off without a note"]),
        (((0, ON), (1, OFF), (2, OFF)), ["a note-off without a note"]),
        (((0, ON), (1, SILENCE), (2, OFF)), []),  # of a panic
        (((0, OFF), (500 * MS, SILENCE)), []),
        (((0, OFF), (2 * SECOND, SILENCE)), ["a note-off without a note"]),
        (((0, ON), (1, ON), (2, OFF)), ["a note that begins again before it has ended"]),
        (((0, OTHER), (1, b"\x81\x3c\x00")), ["a note on a channel that was not asked for"]),
        (((0, b"\x90\x00\x50"), (1, b"\x80\x00\x00")), ["a note outside 1 to 127"]),
    ],
)  # fmt: skip
def test_only_what_is_wrong_is_found(
    messages: tuple[tuple[int, bytes], ...], wrong: list[str]
) -> None:
    assert said(ledger_of(*messages)) == wrong


def test_the_end_of_a_note_that_began_while_the_cable_was_cut_is_excused() -> None:
    ledger = ledger_of((0, ON))
    ledger.cut(1)
    ledger.hear(2 * SECOND, OFF)
    assert said(ledger) == []
    ledger.hear(20 * SECOND, OFF)
    assert said(ledger) == ["a note-off without a note"]


def test_a_stuck_note_is_found() -> None:
    ledger = ledger_of((5, ON))
    assert ledger.held_before(5) == []
    assert ledger.held_before(6) == [(0, 60)]
    assert said(ledger, 50 * SECOND) == []
    assert said(ledger, 70 * SECOND) == ["a note of more than 60 s"]


def test_a_click_is_no_music() -> None:
    ledger = ledger_of((5, b"\x99\x4c\x50"), channels={9})
    assert ledger.first_since(0) is None
    ledger.hear(7, ON)
    ledger.hear(8, b"\x90\x40\x50")
    assert (ledger.first_since(0), ledger.first_since(8), ledger.first_since(9)) == (7, 8, None)


def test_missing_notes_are_counted_by_channel_and_pitch() -> None:
    heard = [Strike(0, 0, 60, 1), Strike(1, 0, 60, 1), Strike(2, 0, 62, 1)]
    assert missing(heard, [(0, 60), (0, 60), (0, 62), (0, 64)]) == []
    assert len(missing(heard, [(0, 60), (1, 62)])) == 2
