"""The music before new notes, read by the network once for all takes.

The tokens are appended to a `Stream` as played music is, and a turn starts at their end. For each
take the stream returns there. The work is done in small pieces (`step`), between which the caller
can stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from export.runtime.decoder import CHUNK_SIZES
from export.runtime.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bridge.midi.instruments import Instrument
    from export.runtime.decoder import Decoder

_APPENDED_AT_ONCE = 512
"""Tokens that are appended at once, which is fast; the network reads fewer at once."""


class PromptReader:
    """Tokens in a decoder's cache, up to the tick at which takes begin."""

    def __init__(
        self,
        decoder: Decoder,
        frame: Sequence[int],
        tokens: Sequence[int],
        changes: Iterable[tuple[int, int]],
        begin_tick: int,
        instruments: Iterable[Instrument],
    ) -> None:
        """Read a frame, the tokens after it, and changes of tempo and metre (tick, token)."""
        self._stream = Stream(decoder)
        self._reading = self._read(frame, tokens, changes, begin_tick, instruments)
        self._mark: tuple[int, int] | None = None

    @property
    def is_read(self) -> bool:
        """Whether the network has read it."""
        return self._mark is not None

    def step(self) -> None:
        """Read a part of it."""
        next(self._reading, None)

    def stream(self) -> Stream:
        """Return the stream at its end, where a take begins."""
        assert self._mark is not None
        self._stream.end_tick = None
        self._stream.return_to(self._mark)
        return self._stream

    def _read(
        self,
        frame: Sequence[int],
        tokens: Sequence[int],
        changes: Iterable[tuple[int, int]],
        begin_tick: int,
        instruments: Iterable[Instrument],
    ) -> Iterator[None]:
        stream = self._stream
        stream.reset(frame)
        for start in range(0, len(tokens), _APPENDED_AT_ONCE):
            stream.append_tokens(tokens[start : start + _APPENDED_AT_ONCE])
            yield
        for tick, token in changes:
            stream.append_change(tick, token)
        stream.start_turn(begin_tick, instruments)
        # The last token is read alone, as it is for every later take. With weights of eight bits,
        # another split into chunks gives slightly other logits.
        while stream.unread:
            yield
            stream.read(min(CHUNK_SIZES[0], max(1, stream.unread - 1)))
        self._mark = stream.mark()
