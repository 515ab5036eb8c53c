"""The takes of a sketch: each is written as soon as it is complete."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from bridge.sync.tempo import MetreMap
from bridge.system.output_file import MIDI_ENDINGS, OutputError, is_same_file, write_output
from gui.commands.console.progress import WorkProgress
from gui.commands.console.terminal import (
    INTERRUPTED,
    STANDARD_STREAM,
    abandon_standard_output,
    check_outputs,
    fail,
    fail_output,
    interruptible,
    read_music,
    say,
    standard_input_file,
    standard_output_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bridge.history.takes import Span
    from bridge.messages.settings import Settings
    from bridge.midi.notes import Note, Score
    from bridge.midi.smf import MidiFile
    from export.sketch.proposals import Growing, Proposal, Proposals
    from gui.commands.console.terminal import Interruption

    TakeContent = Callable[[Sequence[Note], Settings, str], bytes]
    """Returns the bytes of a take's file, for its notes, its settings and a remark on it."""


@dataclass(frozen=True, slots=True)
class TakeFiles:
    """The files of takes: where each goes, and what may be replaced."""

    out: Path
    source: Path
    count: int
    force: bool

    def check(self) -> None:
        """Fail before the work if one of them cannot be written."""
        if self.out != STANDARD_STREAM:
            paths = [self.path(index) for index in range(self.count)]
            check_outputs(*paths, force=self.force, inputs=self._inputs(), endings=MIDI_ENDINGS)
        elif self.count > 1:
            fail("-o -: standard output takes one file; leave out --takes, or name a file.")
        elif sys.stdout is None:
            fail("-o -: there is no standard output; name a file.")
        elif sys.stdout.isatty():
            fail("-o -: standard output is a terminal; send it to a file or to a program.")
        elif self._is_output_the_input():
            fail("-o -: standard output is the file that is read; choose another one.")

    def read_source(self) -> MidiFile:
        """Read the file, print what was noticed in it, and `check`; fail if that must be."""
        from gui.wording.reasons import sentence_of

        prompt = read_music(self.source)
        for notice in prompt.notices:
            say(sentence_of(notice), sys.stderr)
        self.check()
        return prompt

    def _inputs(self) -> list[Path | int]:
        """Return what is read, which is never replaced."""
        if self.source != STANDARD_STREAM:
            return [self.source]
        return [file for file in [standard_input_file()] if file is not None]

    def _is_output_the_input(self) -> bool:
        """Return whether standard output adds to the file that is read (`>>`)."""
        out = standard_output_file()
        return out is not None and any(
            stat.S_ISREG(os.fstat(out).st_mode) and is_same_file(each, out)
            for each in self._inputs()
        )

    def path(self, index: int) -> Path:
        """Return the path of a take, counted from 0."""
        if self.count == 1:
            return self.out
        return self.out.with_name(f"{self.out.stem}-{index + 1}{self.out.suffix}")

    def write(self, index: int, content: bytes, description: str) -> None:
        """Write a take completely, and print a description of it; or fail."""
        path = self.path(index)
        if path == STANDARD_STREAM:
            _write_standard_output(content)
            say(f"standard output: {description}", sys.stderr)
            return
        try:
            inputs = self._inputs()
            write_output(path, content, replace=self.force, inputs=inputs, endings=MIDI_ENDINGS)
        except OutputError as error:
            fail_output(error.reason)
        say(f"{path}: {description}")


@dataclass(frozen=True, slots=True)
class Growth:
    """A score that takes continue over a span: a part of a take is music too, bar by bar."""

    score: Score
    span: Span


def make_takes(
    making: Proposals, files: TakeFiles, content: TakeContent, growth: Growth | None = None
) -> None:
    """Make takes and write them.

    Ctrl-C, SIGTERM and SIGHUP end this with status 130. The takes that are complete stay. Of a
    single take that continues a score (`growth`), the complete bars are written. Otherwise the one
    in progress is dropped.
    """
    made = 0
    with (
        interruptible(at_checks=True) as interruption,
        WorkProgress(_subject(files.count), unit="notes") as progress,
    ):
        try:
            for take in _watched(making, files.count, progress, interruption):
                written = content(take.notes, take.settings, "")
                with progress.paused():
                    files.write(take.index, written, _new_notes(len(take.notes)))
                made += 1
        except KeyboardInterrupt:
            if files.count == 1 and not made and growth is not None:
                with progress.paused():
                    _write_complete_bars(making.growing, growth, files, content)
            raise typer.Exit(INTERRUPTED) from None
    if made < files.count:
        missing = files.count - made
        say(f"{missing} of {files.count} takes came out empty or like another one.", sys.stderr)


def complete_bars(growing: Growing, growth: Growth) -> tuple[list[Note], int]:
    """Return the notes of the complete bars of a take in progress, and the number of bars."""
    from export.sketch.prompt import truncate_note

    metres, span = MetreMap(growth.score.metres), growth.span
    now = span.begin + round(growing.share * (span.end - span.begin))
    bars, end = 0, span.begin
    while (line := metres.bar_line_after(end, 1)) <= min(now, span.end):
        bars, end = bars + 1, line
    notes = [truncate_note(note, end) for note in growing.notes() if note.onset_ticks < end]
    return notes, bars


def _write_complete_bars(
    growing: Growing, growth: Growth, files: TakeFiles, content: TakeContent
) -> None:
    notes, bars = complete_bars(growing, growth)
    if notes:
        written = content(notes, growing.settings, f"; ended by hand after {bars} bars")
        files.write(0, written, f"ended after {bars} bars, {_new_notes(len(notes))}")


def _watched(
    making: Proposals, count: int, progress: WorkProgress, interruption: Interruption
) -> Iterator[Proposal]:
    """Yield the takes; between the steps show the progress, and raise if a signal has come."""
    notes = 0
    while not making.done:
        interruption.check()
        proposal = making.step()
        if proposal is not None:
            notes += len(proposal.notes)
            yield proposal
        if progress.is_due and not making.done:
            share = (making.index + making.growing.share) / count
            progress.show(share, notes + len(making.growing.notes()))


def _new_notes(count: int) -> str:
    return f"{count} new note{'' if count == 1 else 's'}"


def _subject(count: int) -> str:
    return "The take" if count == 1 else f"The {count} takes"


def _write_standard_output(content: bytes) -> None:
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise  # what reads it has ended, which is its right
    except OSError as error:
        abandon_standard_output()
        fail(f"standard output: cannot be written ({error.strerror}).")
