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
    create_log,
    free_path,
    is_fifo,
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


@pytest.mark.parametrize(
    "name,error",
    [
        ("a\0b.mid", "embedded null byte"),
        ("\ud800.mid", "surrogates not allowed"),
        ("x" * 252 + ".mid", "File name too long"),
        ("file.txt/x.mid", "Not a directory"),
        ("circle/x.mid", "Too many levels of symbolic links"),
    ],
)
def test_a_name_that_the_system_cannot_have_is_a_reason(
    tmp_path: Path, name: str, error: str
) -> None:
    (tmp_path / "file.txt").write_bytes(b"")
    (tmp_path / "circle").symlink_to("circle")
    for act in (check_output, lambda path, replace: write_output(path, b"new", replace=replace)):
        with pytest.raises(OutputError) as refusal:
            act(tmp_path / name, replace=True)
        assert isinstance(refusal.value.reason, OutputNotWritten)
        assert error in refusal.value.reason.error


WRITES = """
import os, resource, sys
from pathlib import Path
from bridge.system.output_file import OutputError, write_output
path, size = Path(sys.argv[1]), 1 << 20
match sys.argv[2]:
    case "file limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    case "no descriptors":
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 64))
    case "folder removed":
        os.chdir(path.parent)
        path.parent.rmdir()
        path = Path("x.mid")
try:
    write_output(path, bytes(size), replace=False)
except OutputError as error:
    reason = error.reason
    print(reason.fault.name if hasattr(reason, "fault") else reason.error)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    print(os.listdir(path.parent) if path.parent.is_dir() else [])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="these limits are those of Linux")
@pytest.mark.parametrize(
    "fault,expected",
    [
        ("file limit", "File too large"),
        ("no descriptors", "Too many open files"),
        ("folder removed", "NO_FOLDER"),
        ("disk full", "No space left on device"),
    ],
)
def test_a_write_that_the_system_ends_is_a_reason_and_leaves_nothing(
    tmp_path: Path, fault: str, expected: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    command = [sys.executable, "-c", WRITES, str(folder / "x.mid"), fault]
    if fault == "disk full":
        if subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
            pytest.skip("this user may not mount a small disk")
        mount = f'mount -t tmpfs -o size=64k none {folder} && exec "$@"'
        command = ["unshare", "-rm", "sh", "-c", mount, "sh", *command]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout == f"{expected}\n[]\n"


def test_the_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    target, link, chain = tmp_path / "target.mid", tmp_path / "link.mid", tmp_path / "chain.mid"
    link.symlink_to("target.mid")
    chain.symlink_to("link.mid")
    for number, path in enumerate((link, chain, link)):  # at first they lead to nothing
        write_output(path, bytes([number]), replace=number > 0)
        assert target.read_bytes() == bytes([number])
    assert (link.is_symlink(), chain.is_symlink(), target.is_symlink()) == (True, True, False)


@pytest.mark.parametrize("replace", [False, True])
def test_links_to_special_files_and_folders_are_refused(tmp_path: Path, *, replace: bool) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    for name, fault in (
        (os.devnull, OutputFault.SPECIAL),
        ("/dev/full", OutputFault.SPECIAL),
        ("fifo", OutputFault.SPECIAL),
        ("folder", OutputFault.FOLDER),
        (".", OutputFault.FOLDER),
    ):
        link = tmp_path / f"to {name.rpartition('/')[2]}.mid"
        link.symlink_to(name)
        assert reason(link, replace=replace) == RefusedOutput(link, fault)
        assert link.is_symlink()


def test_another_name_of_a_replaced_file_keeps_the_old_content(tmp_path: Path) -> None:
    path, other = tmp_path / "one.mid", tmp_path / "other.mid"
    path.write_bytes(b"old")
    other.hardlink_to(path)
    write_output(path, b"new", replace=True)
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"old")


def test_a_name_with_a_zero_byte_is_refused(tmp_path: Path) -> None:
    assert isinstance(reason(tmp_path / "a\0b.mid"), OutputNotWritten)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be two other users")
def test_in_a_folder_of_all_users_nothing_of_another_user_is_written() -> None:
    code = (
        "import os, sys; from pathlib import Path;"
        "from bridge.system.output_file import OutputError, create_log, write_output;"
        "folder = Path(sys.argv[1]); os.setuid(65534)\n"
        "def attempt(write):\n"
        "  try: write(); print('written')\n"
        "  except OutputError as error: print(error.reason.__class__.__name__)\n"
        "attempt(lambda: write_output(folder / 'theirs.mid', b'new', replace=True))\n"
        "attempt(lambda: write_output(folder / 'linked.mid', b'new', replace=True))\n"
        "attempt(lambda: create_log(folder / 'theirs.mid', replace=True))\n"
        "attempt(lambda: write_output(folder / 'mine.mid', b'new', replace=False))\n"
        "print(sorted(os.listdir(folder)))"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o1777)
        (folder / "private").mkdir(mode=0o700)
        (folder / "private" / "victim.mid").write_bytes(b"work")
        (folder / "theirs.mid").write_bytes(b"work")
        (folder / "linked.mid").symlink_to("private/victim.mid")
        done = subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, check=False
        )
        assert (folder / "theirs.mid").read_bytes() == b"work"
        assert (folder / "private" / "victim.mid").read_bytes() == b"work"
        assert (folder / "mine.mid").stat().st_uid == 65534
    names = ["linked.mid", "mine.mid", "private", "theirs.mid"]
    refused = "RefusedOutput\nOutputNotWritten\nOutputNotWritten\nwritten\n"
    assert (done.stderr, done.stdout) == ("", f"{refused}{names}\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to write another user's file")
def test_a_file_of_another_user_stays_theirs(tmp_path: Path) -> None:
    path = tmp_path / "theirs.mid"
    path.write_bytes(b"old")
    os.chown(path, 65534, 65534)
    path.chmod(0o4750)
    write_output(path, b"new", replace=True)
    found = path.stat()
    assert path.read_bytes() == b"new"
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (65534, 65534, 0o750)


def test_a_log_is_a_new_file_or_one_that_is_emptied_where_it_is(tmp_path: Path) -> None:
    path, link = tmp_path / "log", tmp_path / "link"
    with create_log(path, replace=False) as log:
        log.write(b"first")
    link.symlink_to(path)
    with pytest.raises(OutputError) as refusal:
        create_log(link, replace=False)
    assert refusal.value.reason == RefusedOutput(link, OutputFault.EXISTS)
    number = path.stat().st_ino
    with create_log(link, replace=True) as log:
        log.write(b"2")
    assert (path.read_bytes(), path.stat().st_ino, link.is_symlink()) == (b"2", number, True)


def test_a_log_may_be_a_fifo_that_a_program_reads(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert is_fifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with create_log(fifo, replace=False) as log:
        log.write(b"line\n")
    assert os.read(reader, 100) == b"line\n"
    os.close(reader)
    assert not is_fifo(tmp_path / ("x" * 300))
    assert not is_fifo(tmp_path / "a\0b")


@pytest.mark.parametrize("kind", ["fifo", "socket", "device", "folder"])
def test_what_takes_a_logs_place_after_the_check_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "log"
    open_file = os.open

    def replace_and_open(name: Path, flags: int, mode: int) -> int:
        match kind:
            case "fifo":
                os.mkfifo(path)
            case "socket":
                with socket.socket(socket.AF_UNIX) as server:
                    server.bind(str(path))
            case "device":
                path.symlink_to(os.devnull)
            case "folder":
                path.mkdir()
        return open_file(name, flags, mode)

    monkeypatch.setattr(os, "open", replace_and_open)
    with pytest.raises(OutputError):
        create_log(path, replace=True)
    monkeypatch.undo()
    for special in (path, Path(os.devnull)):
        if not special.is_fifo():
            with pytest.raises(OutputError):
                create_log(special, replace=True)
