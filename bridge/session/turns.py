"""Antiphon's turn in each mode: when it begins and ends, and what it plays.

In free playing a response begins when the turn passes and is as long as the phrase. Where there is
a beat, it begins on a beat and lasts whole bars. The functions are pure: they compute from the
phrase, the transport and the settings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.messages.composer import NoteEvent, Onset, Release
from bridge.messages.settings import Mode, ReEntry, Settings, StartOn
from bridge.midi.instruments import Instrument
from bridge.sync.tempo import TempoMap
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from bridge.midi.notes import Score
    from bridge.session.player import Phrase
    from bridge.sync.transport import Transport

MARGIN_NS = 8 * MS
"""The least time between deciding a note and playing it."""
LEAD_NS = 20 * MS
"""From hand-over to the first note: enough to compute it, too short to notice."""
BAR_LEAD_NS = 60 * MS
"""A response that begins on a bar line is requested this long before the line."""
MIN_RESPONSE_NS, MAX_RESPONSE_NS = 2 * SECOND, 16 * SECOND
OPENING_NS = 8 * SECOND
"""The length of a response without a phrase: the player has handed over before playing."""
NO_END = 1 << 40
"""A tick that no music reaches; a turn with this end lasts until something ends it."""
BAR_TOLERANCE_NS, MAX_BAR_TOLERANCE_TICKS = 60 * MS, 12
"""How far a note may miss the bar line it is meant for: 60 ms, at most a sixteenth note."""
TRADED_BARS = 4
"""The default of `Settings.bars` in trading."""
BAND = (Instrument.PIANO, Instrument.BASS, Instrument.DRUMS)


@dataclass(frozen=True, slots=True)
class Turn:
    """The range in which Antiphon may play, in ticks of the transport."""

    begin: int
    end: int


def trade_end_tick(phrase: Phrase, settings: Settings, transport: Transport) -> int | None:
    """Return the tick of the bar line at which the turn passes, or None without one."""
    if settings.mode is not Mode.TRADE or not transport.has_bars:
        return None
    return transport.bar_line(_first_bar(phrase, transport) + (settings.bars or TRADED_BARS))


def _bar_tolerance_ticks(transport: Transport) -> int:
    """Return by how many ticks a note may miss the bar line that it is meant for."""
    return min(MAX_BAR_TOLERANCE_TICKS, transport.ticks_in(BAR_TOLERANCE_NS))


def _first_bar(phrase: Phrase, transport: Transport) -> int:
    """Return the bar that a phrase begins in; a note just before a bar line begins on it."""
    return transport.bar_position(phrase.begin_tick + _bar_tolerance_ticks(transport)).bar


def next_turn(
    phrase: Phrase,
    settings: Settings,
    transport: Transport,
    at_ns: int,
    *,
    on_request: bool = False,
) -> Turn:
    """Return the turn that follows a phrase if the turn passes at `at_ns`.

    In trading it begins at the end of the player's bars, except `on_request`.
    """
    begin = None if on_request else trade_end_tick(phrase, settings, transport)
    if begin is None:
        begin = _begin_tick(settings, transport, at_ns)
    return Turn(begin, begin + _length_ticks(phrase, settings, transport, begin))


def not_missed(
    turn: Turn, phrase: Phrase, settings: Settings, transport: Transport, now_ns: int
) -> Turn:
    """Return the turn, moved if it is too late: a busy machine may miss its bar line.

    A loop moves to the next bar line; other turns start as soon as possible.
    """
    ready_ns = now_ns + LEAD_NS + settings.time.advance_ns
    if ready_ns - transport.ns_at(turn.begin) <= LEAD_NS - MARGIN_NS:
        return turn
    if settings.mode is Mode.LOOP:
        return next_turn(phrase, settings, transport, now_ns)
    return replace(turn, begin=transport.tick_at(ready_ns))


def yields_to_player(settings: Settings) -> bool:
    """Return whether a note of the player's ends a response; not in trading or accompaniment."""
    keeps_form = settings.mode in (Mode.TRADE, Mode.ACCOMPANY)
    return settings.re_entry is ReEntry.YIELD and not keeps_form


def _begin_tick(settings: Settings, transport: Transport, at_ns: int) -> int:
    if not transport.has_bars:
        return transport.tick_at(at_ns)
    earliest = transport.tick_at(at_ns + LEAD_NS + settings.time.advance_ns)
    by_bars = settings.mode in (Mode.LOOP, Mode.TRADE)
    if settings.begins is StartOn.NOW and not by_bars:
        return earliest
    on_bar = settings.begins is StartOn.BAR or by_bars
    step = transport.metre.bar_ticks if on_bar else transport.beat_ticks
    return transport.next_grid_line(earliest, step)


def _length_ticks(phrase: Phrase, settings: Settings, transport: Transport, begin: int) -> int:
    match settings.mode:
        case Mode.TAKE_OVER | Mode.ACCOMPANY:
            return NO_END
        case Mode.TRADE if transport.has_bars:
            return (settings.bars or TRADED_BARS) * transport.metre.bar_ticks
        case Mode.LOOP if phrase.events:
            return loop_ticks(phrase, transport, begin)
    if settings.bars is not None and transport.has_bars:
        return settings.bars * transport.metre.bar_ticks
    phrase_ns = phrase.last_event_ns - phrase.begin_ns
    length_ns = min(MAX_RESPONSE_NS, max(MIN_RESPONSE_NS, phrase_ns))
    if not phrase.events:
        length_ns = OPENING_NS
    ticks = transport.ticks_in(settings.answer_ns or length_ns)
    if not transport.has_bars:
        return ticks
    bar = transport.metre.bar_ticks
    return max(1, (2 * ticks + bar) // (2 * bar)) * bar


def loop_ticks(phrase: Phrase, transport: Transport, begin: int) -> int:
    """Return the ticks of a pass of a loop, with its last rest; whole bars if there are bars."""
    if not transport.has_bars:
        return max(1, begin - phrase.begin_tick)
    bar = transport.metre.bar_ticks
    first = transport.bar_line(_first_bar(phrase, transport))
    tolerance = _bar_tolerance_ticks(transport)
    # A release just after a bar line belongs to the line.
    ends = (e.tick + 1 if isinstance(e, Onset) else e.tick - tolerance for e in phrase.events)
    last = max(first + 1, max(ends, default=first))
    return -(-(last - first) // bar) * bar


def loop_script(phrase: Phrase, transport: Transport, turn: Turn) -> tuple[NoteEvent, ...]:
    """Return the note events of a pass of a loop: the phrase again, within the turn."""
    first = phrase.begin_tick
    if transport.has_bars:
        first = transport.bar_line(_first_bar(phrase, transport))
    moved = [replace(e, tick=max(turn.begin, e.tick - first + turn.begin)) for e in phrase.events]
    return tuple(
        e if e.tick <= turn.end else replace(e, tick=turn.end)
        for e in moved
        if e.tick < turn.end or not isinstance(e, Onset)
    )


def score_script(score: Score, transport: Transport, begin_tick: int) -> tuple[NoteEvent, ...]:
    """Return the note events of a score that is played from a tick on, in order of time.

    Where there is a beat, the score follows its tempo; otherwise it keeps its own.
    """

    def tick_of(tick: int) -> int:
        return begin_tick + (tick if transport.has_bars else transport.ticks_in(tempo.ns_at(tick)))

    tempo = TempoMap(score.tempos)
    events: list[NoteEvent] = []
    for note in score.notes:
        onset = tick_of(note.onset_ticks)
        events.append(Onset(onset, note.instrument, note.pitch, note.velocity))
        if note.instrument is not Instrument.DRUMS:
            release = max(onset + 1, tick_of(note.release_ticks))
            events.append(Release(release, note.instrument, note.pitch))
    return tuple(sorted(events, key=lambda each: (each.tick, isinstance(each, Onset))))


def response_instruments(phrase: Phrase, settings: Settings) -> tuple[Instrument, ...]:
    """Return the instruments of a response: those of the settings, or chosen by the phrase."""
    if settings.instruments:
        return settings.instruments
    played = tuple(sorted(phrase.instruments))
    if settings.mode is not Mode.ACCOMPANY:
        return played or BAND[:1]
    others = tuple(kind for kind in BAND if kind not in played)
    return others or played
