"""A file is written completely, or the previous one stays."""

import os
from pathlib import Path

import pytest

from bridge.system.atomic_write import atomic_write


def test_a_written_file_replaces_the_old_one_with_the_users_permissions(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("before")
    before = os.umask(0o027)
    try:
        with atomic_write(file) as stream:
            stream.write(b"after")
            assert file.read_text() == "before"
    finally:
        os.umask(before)
    assert file.read_text() == "after"
    assert file.stat().st_mode & 0o777 == 0o640
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
