"""Onsets and releases of one key, paired."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.smf.pairing import KeyEvent, KeyEventKind, pair

KINDS = {
    "+": KeyEventKind.ON,
    "-": KeyEventKind.OFF,
    "a": KeyEventKind.ALL_NOTES_OFF,
    "s": KeyEventKind.ALL_SOUND_OFF,
}


def events_of(line: str) -> list[KeyEvent]:
    """Return the events of "+-. +": one letter an event, one dot a tick."""
    events, tick = [], 0
    for order, letter in enumerate(line):
        if letter == ".":
            tick += 1
        else:
            events.append(KeyEvent(tick, order, KINDS[letter], 64))
    return events


def ticks(events: list[KeyEvent]) -> list[tuple[int, int | None]]:
    return [(on.tick, None if off is None else off.tick) for on, off in pair(events)]


def paired(line: str) -> list[tuple[int, int | None]]:
    return ticks(events_of(line))


@pytest.mark.parametrize(
    "line,notes",
    [
        ("+.-", [(0, 1)]),
        ("+.-+.-", [(0, 1), (1, 2)]),
        ("+.+-.-", [(0, 1), (1, 2)]),  # the release is written after the onset
        ("+.+.-", [(0, 1), (1, 2)]),  # struck again
        ("+.+.-.-", [(0, 1), (1, 3)]),  # two hands on one key
        ("++.-.-", [(0, 2)]),
        ("++.-", [(0, 1)]),
        ("+-", [(0, 0)]),  # no length
        ("+-.+-", [(0, 0), (1, 1)]),
        ("+-+.-", [(0, 0), (0, 1)]),
        ("+.+-", [(0, 1), (1, 1)]),  # else the second would never end
        ("+.+-.+.-", [(0, 1), (1, 1), (2, 3)]),
        ("+.-.-.-", [(0, 1)]),
        ("-.-.+", [(2, None)]),
        ("+", [(0, None)]),
        ("+.a", [(0, 1)]),
        ("+.s.-.+.-", [(0, 1), (3, 4)]),
        ("+.a+.-", [(0, 1), (1, 2)]),
        ("+.+.a.-", [(0, 1), (1, 2)]),
    ],
)
def test_releases_belong_to_what_sounded_before(
    line: str, notes: list[tuple[int, int | None]]
) -> None:
    assert paired(line) == notes


@given(st.text("+-.as", max_size=30))
def test_every_onset_is_a_note_or_part_of_one_and_no_two_sound_at_once(line: str) -> None:
    notes = paired(line)
    onsets = [event.tick for event in events_of(line) if event.is_on]
    assert {onset for onset, _ in notes} == set(onsets)
    for (_, end), (onset, _) in pairwise(notes):
        assert end is not None
        assert end <= onset


@given(st.lists(st.integers(0, 3), max_size=20))
def test_whole_notes_are_found_in_any_order_within_a_tick(gaps: list[int]) -> None:
    tick, wanted, ordered = 0, [], []
    for order, gap in enumerate(gaps):
        on = KeyEvent(tick, 2 * order, KeyEventKind.ON, 64)
        off = KeyEvent(tick + gap + 1, 2 * order + 1, KeyEventKind.OFF)
        wanted.append((tick, tick + gap + 1))
        ordered += [on, off]
        tick += gap + 1
    swapped = sorted(ordered, key=lambda event: (event.tick, not event.is_on))
    renumbered = [
        KeyEvent(event.tick, order, event.kind, event.velocity)
        for order, event in enumerate(swapped)
    ]
    assert ticks(ordered) == wanted
    assert ticks(renumbered) == wanted
