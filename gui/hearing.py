"""The engine's synth: started when it is to be heard, and ended when it is not.

The synth is a child like the MIDI I/O process (`bridge.synth`), and it is that process which sends
it the notes: here it is only brought up, introduced, and let go. Where it cannot play, that is one
sentence, and it is not tried again until somebody asks for it anew.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bridge.hearing import Sound, Sounding, wants_synth
from bridge.pipe import Child, ChildError, start_child
from bridge.protocol import Monitor, Problem

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

GONE = "The synth has ended; choose again to be heard."


class Hearing:
    """The synth, or why there is none."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._wish: tuple[Sound, str] | None = None  # what was last asked for, and the sound font
        self._refused = False
        self._leaving: threading.Thread | None = None
        self.said = ""
        """What a person may want to know of it: one sentence, or nothing."""

    @property
    def connections(self) -> list[Connection]:
        """Give what `multiprocessing.connection.wait` is to wait for as well."""
        return [] if self._child is None else [self._child.connection]

    @property
    def process_id(self) -> int | None:
        """Give the system's number of the synth's process, for a person who looks for it."""
        return None if self._child is None else self._child.process.pid

    def follow(
        self, sound: Sound, *, plugins: bool, named_output: bool, font: str = ""
    ) -> list[Monitor | Problem]:
        """Start or end the synth, if that is what follows; return what the MIDI process is told.

        What could not be done because a person asked for it is a `Problem` among that.
        """
        wish = sound, font
        if wish != self._wish:
            self._wish, self._refused = wish, False
            told = self._end()
        else:
            told = []
        if not wants_synth(sound, plugins=plugins, named_output=named_output):
            return told + self._end()
        if self._child is None and not self._refused:
            try:
                self._child = start_child("bridge.synth", font)
            except ChildError as error:
                return told + self._refuse(str(error))
        return told

    def hear(self) -> list[Monitor | Problem]:
        """Take what the synth says; return what follows, as `follow` does."""
        told: list[Monitor | Problem] = []
        while self._child is not None:
            try:
                if not self._child.connection.poll():
                    break
                word = self._child.connection.recv()
            except (EOFError, OSError):
                word = Problem(GONE)
            if isinstance(word, Sounding):
                self.said = f"Antiphon sounds by itself, through {word.device}."
                told.append(Monitor(word.port))
            else:
                told += self._refuse(word.text)
        return told

    def close(self) -> None:
        """End the synth, and wait until it has gone."""
        self._end()
        if self._leaving is not None:
            self._leaving.join()

    def _refuse(self, text: str) -> list[Monitor | Problem]:
        told = self._end()
        self._refused, self.said = True, text
        asked_for = self._wish is not None and self._wish[0] is Sound.ON
        return [*told, Problem(text)] if asked_for else told

    def _end(self) -> list[Monitor | Problem]:
        child, self._child = self._child, None
        self.said = ""
        if child is None:
            return []
        # It takes a moment to let go of a device, and the engine has none to lose.
        self._leaving = threading.Thread(target=child.close)
        self._leaving.start()
        return [Monitor(None)]
