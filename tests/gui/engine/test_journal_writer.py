"""A journal on real disks that fail: full, removed, read-only, slow; and its lock."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bridge.history.journal import Entry, TimeEntry, decode, encode
from bridge.messages.journal_reason import JournalFull, JournalLost, JournalMoved
from bridge.system.clock import ManualClock
from bridge.system.locked_file import LockedFile
from bridge.system.units import SECOND
from gui.engine.journal_writer import JournalFile, JournalWriter
from tests.small_disk import small_disk

LIMIT = 64 * 1024


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "state" / "s" / "a.journal", tmp_path / "tmp" / "s" / "a.journal"


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "state") as disk:
        yield disk


def times(path: Path) -> list[int]:
    journal = decode(path.read_bytes())
    assert (journal.damaged_count, journal.is_torn) == (0, False)
    return [entry.now_ns for entry in journal.entries if isinstance(entry, TimeEntry)]


def line(number: int) -> bytes:
    return encode(TimeEntry(number))


def test_what_is_appended_is_there_and_private(places: tuple[Path, Path]) -> None:
    file = JournalFile(places, ManualClock())
    for number in range(3):
        file.append(line(number))
        assert times(places[0]) == list(range(number + 1))
    assert places[0].stat().st_mode & 0o777 == 0o600
    assert places[0].parent.stat().st_mode & 0o777 == 0o700
    assert file.trouble is None
    assert not places[1].exists()
    file.close()


def test_a_torn_line_is_cut_off_before_more_is_appended(places: tuple[Path, Path]) -> None:
    places[0].parent.mkdir(parents=True)
    places[0].write_bytes(line(0) + line(1)[:-5])
    file = JournalFile(places, ManualClock())
    file.append(line(2))
    assert times(places[0]) == [0, 2]
    file.close()


def test_a_full_disk_moves_the_journal_whole(full_disk: Path, places: tuple[Path, Path]) -> None:
    assert full_disk.is_dir()
    file = JournalFile(places, ManualClock())
    for number in range(4000):
        file.append(line(number))
    assert times(places[1]) == list(range(4000))
    assert file.trouble == JournalMoved(places[1].parent, os.strerror(28))
    assert times(places[0]) == list(range(len(times(places[0]))))  # no half line there
    file.close()


def test_when_all_disks_are_full_lines_wait_for_room(
    full_disk: Path, places: tuple[Path, Path]
) -> None:
    clock = ManualClock()
    other = full_disk / "other" / "a.journal"
    file = JournalFile((places[0], other), clock)
    for number in range(4000):
        file.append(line(number))
    lost = file.trouble
    subprocess.run(["mount", "-o", "remount,size=1m", str(full_disk)], check=True)
    clock.advance(60 * SECOND)
    file.append(line(4000))
    assert (lost, file.trouble) == (JournalLost(os.strerror(28)), None)
    assert times(places[0]) == list(range(4001))
    file.close()


def test_a_removed_folder_is_noticed_and_nothing_lost(places: tuple[Path, Path]) -> None:
    file = JournalFile(places, ManualClock())
    file.append(line(0))
    places[0].unlink()
    places[0].parent.rmdir()
    file.append(line(1))
    assert times(places[1]) == [0, 1]
    assert file.trouble == JournalMoved(places[1].parent, os.strerror(2))
    file.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows renames no folder in use")
@pytest.mark.parametrize("level", [0, 1])
def test_a_renamed_folder_is_noticed_and_nothing_lost(
    places: tuple[Path, Path], level: int
) -> None:
    file = JournalFile(places, ManualClock())
    file.append(line(0))
    folder = places[0].parents[level]
    folder.rename(folder.with_name("renamed"))
    folder.mkdir()
    file.append(line(1))
    assert times(places[1]) == [0, 1]
    assert file.trouble == JournalMoved(places[1].parent, os.strerror(2))
    file.close()


def test_a_place_that_is_something_else_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    pipe = tmp_path / "pipe" / "a.journal"
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    link = tmp_path / "link" / "a.journal"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "victim")
    good = tmp_path / "good" / "a.journal"
    file = JournalFile((tmp_path / "a file" / "a.journal", pipe, link, good), ManualClock())
    file.append(line(0))
    assert times(good) == [0]
    assert isinstance(file.trouble, JournalMoved)
    assert not (tmp_path / "victim").exists()
    file.close()


def test_a_journal_has_a_greatest_size(places: tuple[Path, Path]) -> None:
    file = JournalFile(places, ManualClock(), LIMIT)
    for number in range(4000):
        file.append(line(number))
    assert file.trouble == JournalFull(LIMIT)
    assert places[0].stat().st_size <= LIMIT
    assert times(places[0]) == list(range(len(times(places[0]))))
    file.close()


HOLDER = """
import sys
from pathlib import Path
from bridge.system.locked_file import LockedFile
held = LockedFile(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_ends_with_its_process_even_if_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(OSError, match=r"unavailable|denied"):
            LockedFile(path)
        holder.kill()
        holder.wait()
    LockedFile(path).release()


class SlowDisk(JournalFile):
    """A disk that hangs in the second write until it is let go."""

    def __init__(self, places: Sequence[Path]) -> None:
        super().__init__(places, ManualClock())
        self.reached, self.let_go = threading.Event(), threading.Event()

    def append(self, lines: bytes) -> None:
        if self._length:
            self.reached.set()
            self.let_go.wait(20)
        super().append(lines)


def test_posting_does_not_wait_for_a_disk_that_hangs(places: tuple[Path, Path]) -> None:
    disk, written = SlowDisk(places), -1

    def changes(number: int) -> list[Entry]:
        nonlocal written
        before, written = written, number
        return [TimeEntry(each) for each in range(before + 1, number + 1)]

    writer = JournalWriter[int](disk, changes)
    writer.post(0)
    while not places[0].exists() or not times(places[0]):
        pass
    writer.post(1)
    assert disk.reached.wait(20)
    for number in range(2, 100_000):
        writer.post(number)  # returns at once, and keeps one post
    writer.close(timeout_s=0.01)  # does not wait either
    disk.let_go.set()
    writer.close(timeout_s=20)
    assert times(places[0]) == list(range(100_000))


def test_the_writer_is_no_reason_to_keep_a_process(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bridge.system.clock import SystemClock\n"
        "from gui.engine.journal_writer import JournalFile, JournalWriter\n"
        "JournalWriter(JournalFile((Path(sys.argv[1]),), SystemClock()), lambda state: [])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a")], check=False, timeout=60
    )
    assert done.returncode == 0
