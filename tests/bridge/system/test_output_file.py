"""What may be replaced, and what never."""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bridge.system.output_file import (
    OutputError,
    OutputFault,
    OutputNotWritten,
    OutputReason,
    RefusedOutput,
    WrongEnding,
    check_output,
    free_path,
    write_output,
)


def reason(path: Path, *, replace: bool = False, inputs: tuple[Path, ...] = ()) -> OutputReason:
    """Return why a file is refused; the check and the writing must agree and leave everything."""
    before = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    with pytest.raises(OutputError) as checked:
        check_output(path, replace=replace, inputs=inputs)
    with pytest.raises(OutputError) as written:
        write_output(path, b"new", replace=replace, inputs=inputs)
    assert checked.value.reason == written.value.reason
    assert (sorted(path.parent.iterdir()) if path.parent.is_dir() else []) == before
    return checked.value.reason


def test_a_new_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new.mid"
    check_output(path, replace=False)
    assert not path.exists()
    write_output(path, b"new", replace=False)
    assert path.read_bytes() == b"new"


def test_a_file_that_exists_is_replaced_only_on_request(tmp_path: Path) -> None:
    path = tmp_path / "old.mid"
    path.write_bytes(b"old")
    assert reason(path) == RefusedOutput(path, OutputFault.EXISTS)
    assert path.read_bytes() == b"old"
    check_output(path, replace=True)
    write_output(path, b"new", replace=True)
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("replace", [False, True])
def test_the_input_is_never_replaced_under_any_name(tmp_path: Path, *, replace: bool) -> None:
    source, folder = tmp_path / "in.mid", tmp_path / "folder"
    source.write_bytes(b"work")
    folder.symlink_to(tmp_path)
    hard, soft = tmp_path / "hard.mid", tmp_path / "soft.mid"
    hard.hardlink_to(source)
    soft.symlink_to(source)
    for path in (source, hard, soft, folder / "in.mid", tmp_path / "." / "in.mid"):
        found = reason(path, replace=replace, inputs=(source,))
        assert found == RefusedOutput(path, OutputFault.INPUT)
    assert reason(hard, replace=replace, inputs=(soft,)) == RefusedOutput(hard, OutputFault.INPUT)
    assert source.read_bytes() == b"work"


@pytest.mark.parametrize("replace", [False, True])
def test_what_is_not_a_file_is_never_written(tmp_path: Path, *, replace: bool) -> None:
    fifo, address, link = tmp_path / "fifo", tmp_path / "socket", tmp_path / "link"
    os.mkfifo(fifo)
    link.symlink_to(fifo)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        for path in (fifo, address, link, Path(os.devnull)):
            assert reason(path, replace=replace) == RefusedOutput(path, OutputFault.SPECIAL)
    folder = tmp_path / "folder"
    folder.mkdir()
    assert reason(folder, replace=replace) == RefusedOutput(folder, OutputFault.FOLDER)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none" / "new.mid"
    assert reason(path) == RefusedOutput(path, OutputFault.NO_FOLDER)
    dangling = tmp_path / "dangling.mid"
    dangling.symlink_to(path)
    assert reason(dangling) == RefusedOutput(dangling, OutputFault.NO_FOLDER)


@pytest.mark.parametrize("replace", [False, True])
def test_a_path_through_a_missing_folder_names_no_file(tmp_path: Path, *, replace: bool) -> None:
    source, link = tmp_path / "in.mid", tmp_path / "link.mid"
    source.write_bytes(b"work")
    link.symlink_to("none/../in.mid")
    for path in (tmp_path / "none" / ".." / "in.mid", tmp_path / "none/../new.mid", link):
        for inputs in ((), (source,)):
            found = reason(path, replace=replace, inputs=inputs)
            assert found == RefusedOutput(path, OutputFault.NO_FOLDER)
    assert source.read_bytes() == b"work"
    assert sorted(tmp_path.iterdir()) == [source, link]


def test_a_folder_behind_a_link_is_left_upwards_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "there" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to("there/inner")
    write_output(tmp_path / "link" / ".." / "new.mid", b"new", replace=False)
    assert (tmp_path / "there" / "new.mid").read_bytes() == b"new"


def test_a_file_is_no_folder_and_a_name_may_be_too_long(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "new.mid", tmp_path / f"{'x' * 256}.mid"):
        assert isinstance(reason(path), OutputNotWritten)


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "one.mid", tmp_path / "other.mid"
    one.symlink_to(other)
    other.symlink_to(one)
    assert isinstance(reason(one, replace=True), OutputNotWritten)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    # The size of a file is limited here, which ends in the same way as a full disk.
    code = (
        "import resource, signal, sys, tempfile; from pathlib import Path;"
        "from bridge.system.output_file import OutputError, write_output;"
        "folder = Path(sys.argv[1]); path = folder / 'old.mid'; path.write_bytes(b'old');"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_output(path, bytes(2000), replace=True)\n"
        "except OutputError as error: print(type(error.reason).__name__)\n"
        "print(path.read_bytes(), len(list(folder.iterdir())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.stdout) == ("", "OutputNotWritten\nb'old' 1\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become a user without rights")
def test_a_folder_without_the_right_to_write_is_refused() -> None:
    code = (
        "import os, sys; from pathlib import Path;"
        "from bridge.system.output_file import OutputError, check_output;"
        "folder = Path(sys.argv[1]); os.setuid(65534)\n"
        "for name in ('new.mid', 'old.mid'):\n"
        "  try: check_output(folder / name, replace=True)\n"
        "  except OutputError as error: print(error.reason.fault.name)"
    )
    # pytest's own folders are private; that of the test must be found by another user.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "old.mid").touch(mode=0o644)
        done = subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, check=False
        )
    assert (done.stderr, done.stdout) == ("", "FORBIDDEN\nFORBIDDEN\n")


def test_the_ending_must_fit_the_content(tmp_path: Path) -> None:
    for name in ("song.MID", "song.midi"):
        check_output(tmp_path / name, replace=False, endings=(".mid", ".midi"))
    for name in ("song.wav", "song", ".mid", "song.mid.txt"):
        with pytest.raises(OutputError) as refusal:
            check_output(tmp_path / name, replace=False, endings=(".mid", ".midi"))
        assert refusal.value.reason == WrongEnding(tmp_path / name, (".mid", ".midi"))


def test_a_free_path_is_numbered(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    assert free_path(path).name == "song (2).mid"
    (tmp_path / "song (2).mid").symlink_to("nothing")
    assert free_path(path).name == "song (3).mid"
