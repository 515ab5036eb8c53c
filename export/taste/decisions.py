"""The decisions of a player, in a private file that is only appended to.

A *decision* is one of several takes of a prompt that was kept, and the others that were not. The
file has their rows of numbers (`export.taste.measures`), the time, and the checksum of the model.
It has no notes, no names, and nothing is sent anywhere.

Each line is a JSON object that stands for itself. A later line with the same `id` replaces an
earlier one, and one that is `withdrawn` takes the decision back. A line that is not such an object
is skipped and counted: a crash costs one decision at most. Several windows may write: each appends
whole lines while it holds the lock of the file.

The file has `MAX_LINES` lines at most. When it is full, the newest three quarters of the decisions
are written over it from its begin, and the rest is cut off. If that is interrupted, what is left of
the old lines are decisions that are newer, or repeated.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from platformdirs import user_data_path

from bridge.setting import is_real
from bridge.system.error_text import error_text
from bridge.system.input_file import InputError, InputFault, RefusedInput, read_input
from bridge.system.locked_file import LockedFile
from bridge.system.output_file import OutputError, OutputNotWritten
from export.taste.measures import SPREADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bridge.midi.notes import Note
    from export.taste.measures import Row

FORMAT = 1
"""The number of this format; another one is given to other measures."""
MAX_LINES = 2000
MAX_BYTES = 16 * 2**20
MAX_OTHERS = 64
_LARGEST = 1e6
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Decision:
    """One take that was kept, and those that were not: each as a row of measures."""

    id: str
    """What tells it from others: see `decision_id`."""
    at: str
    """Local time in ISO 8601."""
    model: str
    """Checksum of the weights whose critic has rated the takes."""
    kept: Row
    others: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of a file, the oldest first, and the number of lines that were skipped."""

    all: tuple[Decision, ...] = ()
    damaged_count: int = 0


def taste_file() -> Path:
    """Return the file of the user's decisions."""
    return user_data_path("antiphon", appauthor=False) / "taste.jsonl"


def decision_id(before: Iterable[Note], first_take: Iterable[Note]) -> str:
    """Return the id of the decision among the takes of one prompt.

    It is a hash of the notes before the takes and of those of the first take. So a session that is
    recovered after a crash does not decide twice.
    """
    digest = hashlib.blake2b(digest_size=12)
    for part in (before, first_take):
        for note in part:
            key = (note.onset_ticks, int(note.instrument), note.pitch, note.release_ticks)
            digest.update(repr(key).encode())
        digest.update(b"|")
    return digest.hexdigest()


def read_decisions(path: Path) -> Decisions:
    """Return the decisions of a file; without a file there are none.

    Raises:
        bridge.system.input_file.InputError: there is one, and it cannot be read.

    """
    try:
        content = read_input(path, MAX_BYTES)
    except InputError as error:
        reason = error.reason
        if isinstance(reason, RefusedInput) and reason.fault is InputFault.MISSING:
            return Decisions()
        raise
    return _decode(content)


def record_decision(path: Path, decision: Decision) -> None:
    """Append a decision; it replaces an earlier one with the same id.

    Raises:
        bridge.system.output_file.OutputError: it cannot be written.

    """
    _append(path, {"format": FORMAT, **asdict(decision)})


def withdraw_decision(path: Path, id_: str) -> None:
    """Take a decision back.

    Raises:
        bridge.system.output_file.OutputError: that cannot be written.

    """
    _append(path, {"format": FORMAT, "id": id_, "withdrawn": True})


def forget_decisions(path: Path) -> None:
    """Forget all decisions.

    Raises:
        bridge.system.output_file.OutputError: the file cannot be emptied.

    """
    if path.parent.is_dir():
        with _locked(path) as file:
            file.truncate(0)


def _append(path: Path, line: dict[str, Any]) -> None:
    new = _encode(line)
    with _locked(path) as file:
        before = file.read(MAX_BYTES)
        if before.count(b"\n") + 1 > MAX_LINES or len(before) + len(new) > MAX_BYTES:
            newest = _decode(before).all[-(MAX_LINES * 3 // 4) :]
            kept = b"".join(_encode({"format": FORMAT, **asdict(each)}) for each in newest)
            file.overwrite(kept + new)
            return
        is_torn = bool(before) and not before.endswith(b"\n")
        file.write(b"\n" * is_torn + new)


@contextmanager
def _locked(path: Path) -> Iterator[LockedFile]:
    """Yield the locked file; wait for others, which hold it for the time of one line."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = LockedFile(path, wait=True)
        try:
            yield file
        finally:
            file.release()
    except OSError as error:
        raise OutputError(OutputNotWritten(path, error_text(error))) from error


def _encode(line: dict[str, Any]) -> bytes:
    return json.dumps(line, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _decode(content: bytes) -> Decisions:
    found: dict[str, Decision] = {}
    damaged = 0
    for text in filter(None, content.split(b"\n")):
        try:
            id_, decision = _entry(json.loads(text))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            damaged += 1
        else:
            found.pop(id_, None)  # so that the last one is the newest
            if decision is not None:
                found[id_] = decision
    return Decisions(tuple(found.values()), damaged)


def _entry(line: dict[str, Any]) -> tuple[str, Decision | None]:
    """Return the id of a line, and its decision; None if it takes that back."""
    if line["format"] != FORMAT or not isinstance(line["id"], str):
        raise ValueError(line)
    return line["id"], None if line.get("withdrawn") is True else _decision(line)


def _decision(line: dict[str, Any]) -> Decision:
    others = line["others"]
    if not all(isinstance(line[key], str) for key in ("at", "model")):
        raise ValueError(line)
    if not isinstance(others, list) or not 1 <= len(others) <= MAX_OTHERS:
        raise ValueError(line)
    return Decision(
        line["id"], line["at"], line["model"], _row(line["kept"]), tuple(map(_row, others))
    )


def _row(numbers: object) -> Row:
    if not isinstance(numbers, list) or len(numbers) != len(SPREADS):
        raise ValueError(numbers)
    if not all(is_real(each) and abs(each) <= _LARGEST for each in numbers):
        raise ValueError(numbers)
    return tuple(map(float, numbers))


def rounded(row: Row) -> Row:
    """Return a row with as many digits as the file keeps."""
    return tuple(float(f"{each:.{_DIGITS}g}") for each in row)
