"""The stream of tokens: the music of both players, as the network reads it.

A stream owns everything that must agree with its tokens: the encoder that turns events into them,
the grammar and the musical time that follow from them, and the counter of the decoder's cache. The
first tokens are *certain*: they have been played, by the player or by Antiphon. The tokens after
them are *speculative*: they become certain if nothing else happens, and the network reads them in
advance. Certain tokens that equal the speculative ones replace them at no cost. From the first
difference on, the network reads again.

Removing tokens is cheap: the cache's counter is set, and the state follows from the tokens that
remain. If the cache has dropped too many earlier tokens, those in the log are read again.

When the cache slides, two kinds of early tokens stay in front of its later half: the frame, without
which the network does not know tempo and metre, and the onsets of the notes that still sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.messages.composer import NoteEvent, Onset, Release
from export.runtime.token_log import Entry, TokenLog
from model.decoding.grammar import FIRST_NOTE_EVENT, multi_hot
from model.tokens import vocabulary as v
from model.tokens.tokenizer import StreamEncoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from bridge.midi.instruments import Instrument
    from export.runtime.decoder import Decoder, Logits
    from model.decoding.state import StreamState

_MOST_EARLY_ONSETS = 24
"""Onsets of sounding notes that stay in the cache when it slides: more than ten fingers hold."""


def event_of(tick: int, token: int) -> NoteEvent:
    """Return the event at a tick that a note's token stands for."""
    spelt = v.token_of(token)
    assert spelt.instrument is not None, spelt
    if spelt.kind is v.Kind.OFF:
        return Release(tick, spelt.instrument, spelt.pitch)
    return Onset(tick, spelt.instrument, spelt.pitch, v.velocity_of(spelt.level))


class Stream:
    """A log of tokens, and a decoder that reads them."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._vectors: dict[frozenset[Instrument], NDArray[np.float32]] = {}
        self.reset(())

    def reset(self, frame: Sequence[int]) -> None:
        """Clear the stream, and start it with the tokens of a frame: clock, tempo, metre."""
        self._decoder.cache.rewind(0)
        self._log = TokenLog(self._decoder.cache.capacity)
        self._encoder: StreamEncoder | None = StreamEncoder()
        self._certain = 0
        self._unread: list[Entry] = []
        self._early: list[tuple[int, int]] = []  # index and token of those in front of the cache
        self._logits: Logits | None = None  # after the last token that has been read
        self.end_tick: int | None = None
        """The tick at which the music is to end, if requested; the network counts down to it."""
        self._imagined: set[tuple[int, int]] = set()  # tick and token of each
        self.allow(())
        self._confirm(frame)
        self._frame = list(self._unread)

    @property
    def state(self) -> StreamState:
        """What follows from all tokens, the speculative ones included."""
        return self._log.state

    @property
    def tick(self) -> int:
        """The tick that all tokens reach."""
        return self.state.tick

    @property
    def tokens(self) -> list[int]:
        """The certain tokens, as far back as the log keeps them."""
        return [entry.token for entry in self._log.entries(0, self._certain)]

    @property
    def unread(self) -> int:
        """The number of tokens that the network has not read yet."""
        return len(self._unread)

    # Certain tokens.

    def allow(self, instruments: Iterable[Instrument]) -> None:
        """Set the instruments of the music after this; none means unknown."""
        band = self._band = frozenset(instruments)
        if band not in self._vectors:
            self._vectors[band] = self._decoder.allowed_vector(multi_hot(band))
        self._decoder.allowed = self._vectors[band]

    def append_events(self, events: Iterable[NoteEvent]) -> None:
        """Append played events, in order of time. The last tick stays open for more."""
        for event in events:
            encoder, where = self._open_tick, (event.tick, event.instrument, event.pitch)
            if isinstance(event, Onset):
                self._confirm(encoder.note_on(*where, event.velocity))
            else:
                self._confirm(encoder.note_off(*where))

    def append_change(self, tick: int, token: int) -> None:
        """Append a change of tempo or metre at a tick, which stays open."""
        self._confirm(self._open_tick.change(tick, token))

    def append_tokens(self, tokens: Sequence[int]) -> None:
        """Append tokens unchanged. Earlier events must have been flushed."""
        self._confirm(tokens)
        self._encoder = None

    def advance(self, tick: int) -> None:
        """Advance time to a tick, which stays open."""
        self._confirm(self._open_tick.advance(tick))

    def flush(self, tick: int | None = None) -> None:
        """Advance time to a tick (None: the open one), and close it."""
        encoder = self._open_tick
        self._confirm(encoder.flush(encoder.tick if tick is None else tick))

    def start_turn(self, begin_tick: int, instruments: Iterable[Instrument]) -> None:
        """Start a turn of ours at a tick, in music with these instruments.

        Earlier tokens are read as music whose instruments are unknown.
        """
        self.allow(())
        self._confirm(self._open_tick.close_tick())
        self.allow(instruments)
        self.flush(begin_tick)
        self._skip_what_is_too_old()

    def append(self, token: int, *, is_imagined: bool = False) -> None:
        """Append a token that a take has decided. There must be no speculative tokens.

        An imagined token is an event that the take expects of the player. The network reads it
        until `insert_events` removes it.
        """
        assert self._certain == len(self._log)
        if is_imagined:
            self._imagined.add((self.tick, token))
        self._push(token)
        self._certain = len(self._log)
        self._encoder = None

    # Speculative tokens.

    def speculate_turn(self, begin_tick: int, instruments: Iterable[Instrument]) -> None:
        """Append, as speculative tokens, those that `start_turn` would make certain."""
        ahead = self._open_tick.copy()
        self.allow(())
        length = self._match(self._certain, ahead.close_tick())
        self.allow(instruments)
        length = self._match(length, ahead.flush(begin_tick))
        self._truncate(length)
        self._skip_what_is_too_old()

    def append_cached(self, tokens: Sequence[int]) -> None:
        """Append speculative tokens of which the cache already holds all but the last."""
        assert not self._unread
        for token in tokens[:-1]:
            self._log.append(token, self._band, self.end_tick)
        self._logits = None  # the logits after them are not kept
        self._push(tokens[-1])

    def confirm_all(self) -> None:
        """Make the speculative tokens certain."""
        self._certain = len(self._log)
        self._encoder = None

    def drop_speculation(self) -> None:
        """Remove the speculative tokens."""
        self._truncate(self._certain)

    # Removing tokens.

    def retract(self, tick: int) -> None:
        """Remove the events after a tick, and the wait for it. The frame stays.

        The imagined events are removed too. Events that are older than what the stream keeps stay.
        """
        if any(at <= tick for at, _ in self._imagined):
            self.insert_events((), tick)
            return
        self._imagined.clear()
        self._truncate(max(self._certain, len(self._frame)))
        length = max(len(self._frame), self._log.length_at(tick))
        self._return_to(self._log.without_waits(length, len(self._frame)))

    def insert_events(
        self,
        events: Sequence[NoteEvent],
        until_tick: int,
        resume_tick: int = 0,
        heard_tick: int | None = None,
    ) -> None:
        """Insert events among those up to `until_tick`, and remove all events after it.

        What was imagined up to `heard_tick` is removed too: it is known now. None is all of it.
        Then advance time to `resume_tick`, if that is later. Events older than those that the
        stream keeps come after the oldest that it does.
        """
        heard = until_tick if heard_tick is None else heard_tick
        known = {(tick, token) for tick, token in self._imagined if tick <= heard}
        ticks = [event.tick for event in events] + [tick for tick, _ in known]
        self.flush()
        changed_tick = max(min(ticks, default=until_tick + 1), self._log.oldest_tick)
        kept = [
            event_of(tick, token)
            for tick, token in self._log.since(changed_tick)
            if tick <= until_tick and token >= FIRST_NOTE_EVENT and (tick, token) not in known
        ]
        still = {each for each in self._imagined - known if each[0] <= until_tick}
        self._imagined.clear()
        self.retract(min(changed_tick, until_tick + 1) - 1)
        self._imagined = still
        self.append_events(sorted([*kept, *events], key=lambda event: event.tick))
        self._confirm(self._open_tick.close_tick())
        if resume_tick > self._open_tick.tick:
            self.flush(resume_tick)

    def drop_imagined(self) -> None:
        """Remove the imagined events; time stays where it is."""
        if self._imagined:
            self.insert_events((), self.tick, self.tick)

    def mark(self) -> tuple[int, int]:
        """Return a mark of the current position, for `return_to`. Only the last one is valid."""
        assert self._certain == len(self._log)
        self._log.pin()
        return self._certain, self._decoder.cache.slid_tokens

    def return_to(self, mark: tuple[int, int]) -> None:
        """Remove all tokens after a mark; the logits there are those of the time of the mark."""
        length, slid = mark
        self._return_to(length)
        if self._decoder.cache.slid_tokens != slid:
            self._read_again()

    # The network.

    @property
    def logits(self) -> Logits:
        """The network's output after the last token."""
        self.read(len(self._unread))
        if self._logits is None:  # they were dropped with tokens that were removed
            assert self._log, "there are no tokens"
            self._decoder.cache.rewind(max(0, self._decoder.cache.length - 1))
            self._unread = self._log.entries(len(self._log) - 1)
            self.read(1)
        assert self._logits is not None
        return self._logits

    def read(self, count: int) -> None:
        """Feed at most `count` unread tokens to the network."""
        cache = self._decoder.cache
        while count > 0 and self._unread:
            if cache.length == cache.capacity:
                self._slide()
            size = min(count, cache.capacity - cache.length)
            part, self._unread = self._unread[:size], self._unread[size:]
            self._feed(part)
            count -= size

    def catch_up(self) -> None:
        """Skip unread tokens, if there are more than the cache holds: a flood has more notes.

        The network reads the last ones, as at the beginning of a turn.
        """
        if len(self._unread) > self._decoder.cache.capacity:
            self._skip_what_is_too_old()

    def _feed(self, part: Sequence[Entry]) -> None:
        rows = np.array([entry.row for entry in part], np.int64)
        allowed = np.stack([self._vectors[entry.band] for entry in part])
        self._logits = self._decoder.feed([entry.token for entry in part], rows, allowed)

    def make_room(self, tokens: int) -> None:
        """Slide the cache now if it has no room for `tokens` more."""
        if not self.has_room(tokens):
            self._slide()

    def has_room(self, tokens: int) -> bool:
        """Return whether the cache has room for `tokens` more."""
        cache = self._decoder.cache
        return cache.capacity - cache.length >= self.unread + tokens

    def _slide(self) -> None:
        """Slide the cache, and keep the frame and the onsets of the sounding notes in front."""
        cache, read = self._decoder.cache, len(self._log) - len(self._unread)
        first = read - (cache.length - len(self._early))  # index of the first after the early ones
        kept_from = read - cache.capacity // 2
        if kept_from <= first:
            return
        dropped = self._log.entries(first, kept_from)
        present = [*self._early, *((first + n, entry.token) for n, entry in enumerate(dropped))]
        later = {v.event_of(entry.token) for entry in self._log.entries(kept_from)}
        lacking = set(self.state.grammar.sounding_onsets - later)
        frame = [place for place, (index, _) in enumerate(present) if index < len(self._frame)]
        onsets: list[int] = []
        for place, (_, token) in reversed(list(enumerate(present))):
            if (event := v.event_of(token)) in lacking and len(onsets) < _MOST_EARLY_ONSETS:
                lacking.remove(event)
                onsets.append(place)
        early = [*frame, *reversed(onsets)]
        self._early = [present[place] for place in early]
        cache.slide(early)

    @property
    def _open_tick(self) -> StreamEncoder:
        """The encoder, which holds the events of the tick that is still open."""
        if self._encoder is None:
            sounding = (v.token_of(token) for token in self.state.grammar.sounding)
            keys = ((spelt.instrument, spelt.pitch) for spelt in sounding)
            self._encoder = StreamEncoder(
                self.tick, [(kind, pitch) for kind, pitch in keys if kind is not None]
            )
        return self._encoder

    def _confirm(self, tokens: Sequence[int]) -> None:
        """Make tokens certain, and keep the speculative tokens that follow if they agree."""
        self._certain = self._match(self._certain, tokens)

    def _match(self, length: int, tokens: Sequence[int]) -> int:
        """Put tokens after the first `length`; return the number of tokens then.

        Tokens that are present already, and were read with the same instruments, stay, with all
        tokens after them.
        """
        present = self._log.entries(length, length + len(tokens))
        pairs = enumerate(zip(tokens, present, strict=False))
        differs = (n for n, (t, e) in pairs if (t, self._band) != (e.token, e.band))
        same = next(differs, len(present))
        if same < len(tokens):
            self._truncate(length + same)
            for token in tokens[same:]:
                self._push(token)
        return length + len(tokens)

    def _push(self, token: int) -> None:
        entry = self._log.append(token, self._band, self.end_tick)
        self._unread.append(entry)

    def _return_to(self, length: int) -> None:
        self._truncate(length)
        self._certain = length
        self._encoder = None

    def _truncate(self, length: int) -> None:
        if length == len(self._log):
            return
        read = len(self._log) - len(self._unread)
        self._log.truncate(length)
        del self._unread[max(0, length - read) :]
        if length < read:
            self._logits = None
            kept = self._decoder.cache.length - (read - length)
            if kept > len(self._early) or length == 0:
                self._decoder.cache.rewind(max(0, kept))
            else:
                self._read_again()

    def _read_again(self) -> None:
        """Queue the tokens that the cache can hold, for the network to read again."""
        self._decoder.cache.rewind(0)
        self._early.clear()
        self._logits = None
        self._unread = self._log.entries()
        self._skip_what_is_too_old()

    def _skip_what_is_too_old(self) -> None:
        """Skip the earlier unread tokens, which the cache would soon drop; read the frame again."""
        latest = self._decoder.cache.capacity // 2
        if len(self._unread) <= latest:
            return
        self._unread = self._unread[-latest:]
        self._decoder.cache.rewind(0)
        self._early = [(index, entry.token) for index, entry in enumerate(self._frame)]
        if self._frame:
            self._feed(self._frame)
        self._logits = None
