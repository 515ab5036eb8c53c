"""Convert music to tokens and back.

A stream of tokens is a score in order of time. First comes the frame (`start`, clock, tempo,
metre), then the events in the order in which they happen, with waits between them. A note is
encoded as its beginning and its end, not as a length. A stream can therefore be written while the
music is played, before the lengths of held notes are known.

The events of one tick are in a canonical order: tempo, metre, note-offs by instrument and pitch,
note-ons by instrument and pitch. Longer times are several waits, the longest first. Every score
thus has one encoding, and two scores have the same encoding only if they have the same *normal
form*: pitches within the range of their instrument, sixteen velocities, tempo on a metronome mark,
one note at a time on a key, no note shorter than a tick.

    decode(encode(score)) == normal_form(score)

There are two encoders. `encode` is the simple one: it sorts a complete score. `StreamEncoder`
receives events in real time, keeps only the tick that is still open, and yields the same tokens.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from bridge.midi.instruments import Instrument, fit_to_range
from bridge.midi.notes import DRUM_TICKS, MetreChange, Note, Score, TempoChange
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from model.tokens.vocabulary import Token

_DEFAULT_TEMPO = v.tempo_step(120.0)
_DEFAULT_METRE = v.METRES.index((4, 4))


def normal_form(score: Score) -> Score:
    """Return the score as the vocabulary can express it; a second call changes nothing."""
    notes = _normalise_notes(score.notes)
    if not score.grid:
        return Score(notes, grid=False)
    tempos, metres = _tempos_and_metres(score, _last_event_tick(notes))
    return Score(
        notes,
        tuple(TempoChange(tick, float(v.TEMPOS[step])) for tick, step in tempos),
        tuple(MetreChange(tick, *v.METRES[index]) for tick, index in metres),
    )


def _normalise_notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    notes_by_key: dict[tuple[Instrument, int], dict[int, Note]] = {}
    for note in notes:
        key = fit_to_range(note.instrument, note.pitch)
        if key is None:
            continue
        onset = max(0, note.onset_ticks)
        velocity = v.velocity_of(v.level_of(note.velocity))
        release = max(onset + 1, note.release_ticks)
        if key[0] is Instrument.DRUMS:
            release = onset + DRUM_TICKS
        key_notes = notes_by_key.setdefault(key, {})
        if (same := key_notes.get(onset)) is not None:  # two parts in unison are one note
            velocity, release = max(velocity, same.velocity), max(release, same.release_ticks)
        key_notes[onset] = Note(onset, *key, release, velocity)
    normal = []
    for key_notes in notes_by_key.values():
        ordered = [key_notes[onset] for onset in sorted(key_notes)]
        for note, following in pairwise(ordered):
            release = min(note.release_ticks, following.onset_ticks)
            normal.append(
                note if release == note.release_ticks else replace(note, release_ticks=release)
            )
        normal.append(ordered[-1])
    return tuple(sorted(normal))


def _tempos_and_metres(
    score: Score, end: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return tick and tempo step, and tick and index of the metre, of the changes before `end`."""
    steps = [(c.tick, v.tempo_step(c.bpm)) for c in score.tempos]
    shapes = [(c.tick, v.metre_index(c.numerator, c.denominator)) for c in score.metres]
    known = [(tick, index) for tick, index in shapes if index is not None]
    return (
        _normalise_changes(steps, _DEFAULT_TEMPO, end),
        _normalise_changes(known, _DEFAULT_METRE, end),
    )


def _normalise_changes(
    changes: Iterable[tuple[int, int]], default: int, end: int
) -> list[tuple[int, int]]:
    """Return the changes that have an effect, from tick 0 to before the last event."""
    normal = [(0, default)]
    for tick, value in sorted(changes, key=lambda change: change[0]):
        if tick <= 0:
            normal = [(0, value)]
        elif tick < end and tick == normal[-1][0]:
            normal[-1] = (tick, value)
        elif tick < end and value != normal[-1][1]:
            normal.append((tick, value))
    return [change for before, change in pairwise([(-1, -1), *normal]) if change[1] != before[1]]


def _last_event_tick(notes: Iterable[Note]) -> int:
    return max((_last_tick(note) for note in notes), default=0)


def _last_tick(note: Note) -> int:
    return note.onset_ticks if note.instrument is Instrument.DRUMS else note.release_ticks


def header_tokens(score: Score) -> list[int]:
    """Return the tokens of the frame in which a score in normal form begins."""
    if not score.grid:
        return [v.START, v.CLOCK_FREE]
    tempo, metre = score.tempos[0], score.metres[0]
    index = v.METRES.index((metre.numerator, metre.denominator))
    return [v.START, v.CLOCK_GRID, v.tempo_id(v.tempo_step(tempo.bpm)), v.metre_id(index)]


def live_header_tokens(bpm: float | None, metre: tuple[int, int]) -> list[int]:
    """Return the tokens with which live music begins; without a tempo it is in free time.

    A metre that the vocabulary does not have is left out: there are beats and no bars.
    """
    if bpm is None:
        return [v.START, v.CLOCK_FREE]
    tokens = [v.START, v.CLOCK_GRID, v.tempo_id(v.tempo_step(bpm))]
    index = v.metre_index(*metre)
    return tokens if index is None else [*tokens, v.metre_id(index)]


def encode(score: Score, *, end: bool = True) -> list[int]:
    """Return the tokens of a score's normal form, with or without `end`."""
    score = normal_form(score)
    # Tick, rank within the tick, and token of each event.
    events = [(c.tick, 0, v.tempo_id(v.tempo_step(c.bpm))) for c in score.tempos[1:]]
    for metre in score.metres[1:]:
        index = v.METRES.index((metre.numerator, metre.denominator))
        events.append((metre.tick, 1, v.metre_id(index)))
    for note in score.notes:
        # Ids of offs and of ons rise with instrument and pitch: that is the canonical order.
        events.append(
            (note.onset_ticks, 3, v.on_id(note.instrument, note.pitch, v.level_of(note.velocity)))
        )
        if note.instrument is not Instrument.DRUMS:
            events.append((note.release_ticks, 2, v.off_id(note.instrument, note.pitch)))
    timed = ((tick, token) for tick, _, token in sorted(events))
    tokens = [*header_tokens(score), *with_waits(timed, 0)]
    return [*tokens, v.END] if end else tokens


def with_waits(
    events: Iterable[tuple[int, int]], begin: int, end: int | None = None
) -> Iterator[int]:
    """Yield the tokens of events (tick, token) in order of time, with the waits between them.

    The first wait begins at `begin`; with `end`, a last one reaches it.
    """
    at = begin
    for tick, token in events:
        yield from v.wait_ids(tick - at)
        yield token
        at = tick
    if end is not None:
        yield from v.wait_ids(end - at)


def changes_after(score: Score) -> list[tuple[int, int]]:
    """Return tick and token of the changes of tempo and metre that `encode` leaves out.

    They come after the last event, and hold for music that goes on there.
    """
    if not score.grid:
        return []
    last = _last_event_tick(_normalise_notes(score.notes))
    ticks = [change.tick for change in score.tempos] + [change.tick for change in score.metres]
    tempos, metres = _tempos_and_metres(score, max(ticks, default=0) + 1)
    changes = [
        *((tick, 0, v.tempo_id(step)) for tick, step in tempos),
        *((tick, 1, v.metre_id(index)) for tick, index in metres),
    ]
    return [(tick, token) for tick, _, token in sorted(changes) if 0 < tick >= last]


class TokenReader:
    """Reads tokens one by one and returns the tick of each."""

    def __init__(self, tick: int = 0) -> None:
        self.tick = tick

    def push(self, token: int) -> tuple[int, Token]:
        """Read the next token.

        Return its tick (for a wait: the tick reached) and the token with its fields.
        """
        spelt = v.token_of(token)
        if spelt.kind is v.Kind.WAIT:
            self.tick += spelt.value
        return self.tick, spelt


def decode(tokens: Iterable[int]) -> Score:
    """Return the score of tokens.

    Notes left open end with the stream; releases of notes that do not sound are ignored.
    """
    builder = ScoreBuilder()
    for token in tokens:
        builder.push(token)
    return builder.score()


class ScoreBuilder:
    """Builds a score from tokens, one at a time."""

    def __init__(self, tick: int = 0) -> None:
        self._reader = TokenReader(tick)
        self._open: dict[tuple[Instrument, int], Note] = {}
        self._notes: list[Note] = []
        self._tempos: list[TempoChange] = []
        self._metres: list[MetreChange] = []
        self._grid = True

    @property
    def tick(self) -> int:
        """The tick that has been reached."""
        return self._reader.tick

    def push(self, token: int) -> None:
        """Read the next token."""
        tick, spelt = self._reader.push(token)
        match spelt.kind:
            case v.Kind.ON | v.Kind.OFF:
                assert spelt.instrument is not None
                key = (spelt.instrument, spelt.pitch)
                self._end_note(key, tick)
                if spelt.kind is v.Kind.ON:
                    self._open[key] = Note(
                        tick, *key, tick + DRUM_TICKS, v.velocity_of(spelt.level)
                    )
            case v.Kind.TEMPO:
                self._tempos.append(TempoChange(tick, float(v.TEMPOS[spelt.value])))
            case v.Kind.METRE:
                self._metres.append(MetreChange(tick, *v.METRES[spelt.value]))
            case v.Kind.CLOCK:
                self._grid = bool(spelt.value)

    def score(self) -> Score:
        """Return the score up to now; notes still open end at the current tick."""
        still_open = [
            note
            if note.instrument is Instrument.DRUMS
            else self._with_release(note, max(self.tick, note.onset_ticks + 1))
            for note in self._open.values()
        ]
        notes = tuple(sorted([*self._notes, *still_open]))
        return Score(notes, tuple(self._tempos), tuple(self._metres), self._grid)

    def _end_note(self, key: tuple[Instrument, int], tick: int) -> None:
        note = self._open.pop(key, None)
        if note is not None and tick > note.onset_ticks:
            self._notes.append(self._with_release(note, tick))

    def _with_release(self, note: Note, tick: int) -> Note:
        release = min(tick, note.release_ticks) if note.instrument is Instrument.DRUMS else tick
        return replace(note, release_ticks=release)


@dataclass(slots=True)
class _OpenTick:
    """The events of the tick that is still open."""

    tick: int
    controls: dict[int, int]  # rank -> token
    released: set[tuple[Instrument, int]]
    onsets: dict[tuple[Instrument, int], int]  # -> velocity level
    zero_length: set[tuple[Instrument, int]]  # released in the tick in which they began


class StreamEncoder:
    """Encodes events as tokens in real time.

    Events must come in order of time; a late one is put into the tick that is still open. Each
    method returns the tokens that have become certain.
    """

    def __init__(self, tick: int = 0, sounding: Iterable[tuple[Instrument, int]] = ()) -> None:
        """Continue after tokens that reach a tick, while the `sounding` notes sound."""
        self._encoded_tick = tick  # the tick that the tokens have reached
        self._open_tick = _OpenTick(tick, {}, set(), {}, set())
        self._sounding = set(sounding)

    def copy(self) -> StreamEncoder:
        """Return an independent copy."""
        return copy.deepcopy(self)

    @property
    def sounding(self) -> frozenset[tuple[Instrument, int]]:
        """The notes that the tokens have begun and not ended."""
        return frozenset(self._sounding)

    @property
    def tick(self) -> int:
        """The tick that is still open."""
        return self._open_tick.tick

    def note_on(self, tick: int, instrument: Instrument, pitch: int, velocity: int) -> list[int]:
        """Begin a note."""
        tokens = self.advance(tick)
        key = fit_to_range(instrument, pitch)
        if key is None:
            return tokens
        if key not in self._open_tick.onsets and key in self._sounding:
            self._open_tick.released.add(key)
        level = max(v.level_of(velocity), self._open_tick.onsets.get(key, 0))
        self._open_tick.onsets[key] = level
        self._open_tick.zero_length.discard(key)
        return tokens

    def note_off(self, tick: int, instrument: Instrument, pitch: int) -> list[int]:
        """End a note."""
        tokens = self.advance(tick)
        key = fit_to_range(instrument, pitch)
        if key is None or instrument is Instrument.DRUMS:
            return tokens
        if key in self._open_tick.onsets:
            self._open_tick.zero_length.add(key)
        elif key in self._sounding:
            self._open_tick.released.add(key)
        return tokens

    def set_tempo(self, tick: int, bpm: float) -> list[int]:
        """Change the tempo."""
        tokens = self.advance(tick)
        self._open_tick.controls[0] = v.tempo_id(v.tempo_step(bpm))
        return tokens

    def set_metre(self, tick: int, numerator: int, denominator: int) -> list[int]:
        """Change the metre; one that the vocabulary does not have is ignored."""
        tokens = self.advance(tick)
        index = v.metre_index(numerator, denominator)
        if index is not None:
            self._open_tick.controls[1] = v.metre_id(index)
        return tokens

    def change(self, tick: int, token: int) -> list[int]:
        """Change the tempo or the metre by a token."""
        tokens = self.advance(tick)
        rank = 0 if v.token_of(token).kind is v.Kind.TEMPO else 1
        self._open_tick.controls[rank] = token
        return tokens

    def advance(self, tick: int) -> list[int]:
        """Advance time to a tick, which stays open."""
        tokens: list[int] = []
        while self._open_tick.tick < tick:
            tokens += self._encode_open_tick()
            following = self._open_tick.tick + 1 if self._open_tick.zero_length else tick
            self._open_tick = _OpenTick(following, {}, set(self._open_tick.zero_length), {}, set())
        full_waits = (tick - self._encoded_tick) // v.MAX_WAIT_TICKS
        self._encoded_tick += full_waits * v.MAX_WAIT_TICKS if full_waits > 0 else 0
        return tokens + [v.wait_id(v.MAX_WAIT_TICKS)] * full_waits

    def close_tick(self) -> list[int]:
        """Close the open tick: encode its events, and no wait after them.

        If a note would have no length, the next tick is encoded too.
        """
        tokens = self._encode_open_tick()
        if self._open_tick.zero_length:  # a note that lasts a tick
            tokens += self.advance(self._open_tick.tick + 1) + self._encode_open_tick()
        return tokens

    def flush(self, tick: int) -> list[int]:
        """Advance time to a tick and close it; the wait for it is encoded too."""
        tokens = self.advance(tick) + self.close_tick()
        tokens += v.wait_ids(self._open_tick.tick - self._encoded_tick)
        self._encoded_tick = self._open_tick.tick
        return tokens

    def _encode_open_tick(self) -> list[int]:
        now = self._open_tick
        tokens = [now.controls[rank] for rank in sorted(now.controls)]
        tokens += sorted(v.off_id(*key) for key in now.released)
        tokens += sorted(v.on_id(*key, level) for key, level in now.onsets.items())
        self._sounding -= now.released
        self._sounding |= {key for key in now.onsets if key[0] is not Instrument.DRUMS}
        if tokens:
            tokens = v.wait_ids(now.tick - self._encoded_tick) + tokens
            self._encoded_tick = now.tick
        now.controls.clear()
        now.released.clear()
        now.onsets.clear()
        return tokens
