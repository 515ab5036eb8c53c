"""A file is written completely, or the previous one stays."""

import errno
import os
from pathlib import Path

import pytest

from bridge.system.atomic_write import atomic_write


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("before")
    file.chmod(0o604)
    with atomic_write(file) as stream:
        stream.write(b"after")
        assert file.read_text() == "before"
    assert file.read_text() == "after"
    assert mode(file) == 0o604
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("replace", [False, True])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(
    tmp_path: Path, *, replace: bool
) -> None:
    file = tmp_path / "file"
    before = os.umask(0o027)
    try:
        with atomic_write(file, replace=replace) as stream:
            stream.write(b"after")
    finally:
        os.umask(before)
    assert file.read_text() == "after"
    assert mode(file) == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_appears_during_the_writing_stays(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def write() -> None:
        with atomic_write(file, replace=False) as stream:
            stream.write(b"mine")
            file.write_text("another program's")

    with pytest.raises(FileExistsError):
        write()
    assert file.read_text() == "another program's"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("replace", [False, True])
def test_without_hard_links_a_file_is_written_and_none_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, replace: bool
) -> None:
    # No file system without hard links can be mounted here: the answer of one is given instead.
    def refuse(_new: Path, _old: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    file = tmp_path / "file"
    with atomic_write(file, replace=replace) as stream:
        stream.write(b"mine")
    assert file.read_bytes() == b"mine"
    with pytest.raises(FileExistsError), atomic_write(file, replace=False) as stream:
        stream.write(b"other")
    assert file.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [file]


def test_the_target_of_a_link_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "file", tmp_path / "link"
    link.symlink_to(target)
    for content in (b"new", b"replaced"):  # at first the link leads to nothing
        with atomic_write(link) as stream:
            stream.write(content)
        assert link.is_symlink()
        assert target.read_bytes() == content
    with pytest.raises(FileExistsError), atomic_write(link, replace=False) as stream:
        stream.write(b"other")
    assert target.read_bytes() == b"replaced"


def test_what_is_not_a_regular_file_is_refused(tmp_path: Path) -> None:
    fifo, folder = tmp_path / "fifo", tmp_path / "folder"
    os.mkfifo(fifo)
    folder.mkdir()
    for path in (fifo, folder, Path(os.devnull)):
        with pytest.raises(OSError, match=r"regular|directory"), atomic_write(path):
            pass
    assert sorted(tmp_path.iterdir()) == [fifo, folder]


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 255)
    with atomic_write(file, replace=False) as stream:
        stream.write(b"after")
    assert list(tmp_path.iterdir()) == [file]


def test_a_failed_write_leaves_only_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("before")
    with pytest.raises(TypeError), atomic_write(file) as stream:
        stream.writelines([b"half", None])  # type: ignore[list-item]
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_a_missing_folder_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "none" / "file"):
        pass
