"""Reading a manifest, and refusing an invalid one."""

from pathlib import Path

import pytest

from model.corpus import HELD_OUT_SHARE, CorpusError, read_manifest


def manifest(folder: Path, *rows: str) -> Path:
    (folder / "manifest.csv").write_text("\n".join(rows), "utf-8")
    return folder


def test_rows_are_read_and_other_splits_are_left_out(tmp_path: Path) -> None:
    rows = ("path,split,labels,group,kind,licence", "a.mid,train,folk|smith,g,band,CC0")
    (entry,) = read_manifest(manifest(tmp_path, *rows, "b.mid,test,folk,h,score,CC0"))
    assert (entry.path, entry.labels, entry.group) == ("a.mid", ("folk", "smith"), "g")
    assert (entry.kind, entry.licence) == ("band", "CC0")


def test_the_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    rows = [f"{i}.mid,train,folk" for i in range(50)]
    one = read_manifest(manifest(tmp_path, "path,split,labels", *rows))
    other = read_manifest(manifest(tmp_path, "path,split,labels", *reversed(rows)))
    assert one == other
    assert [entry.path for entry in one] != sorted(entry.path for entry in one)


def test_without_a_split_the_tune_decides(tmp_path: Path) -> None:
    rows = [f"{i}.mid,folk,tune{i // 2}" for i in range(4000)]
    entries = read_manifest(manifest(tmp_path, "path,labels,group", *rows))
    splits: dict[str, set[str]] = {}
    for entry in entries:
        splits.setdefault(entry.group, set()).add(entry.split)
    assert all(len(found) == 1 for found in splits.values())
    share = sum(entry.split == "valid" for entry in entries) / len(entries)
    assert share == pytest.approx(HELD_OUT_SHARE, rel=0.4)


def test_a_tune_in_both_splits_is_refused(tmp_path: Path) -> None:
    rows = ("path,split,labels,group", "a.mid,train,folk,same", "b.mid,valid,folk,same")
    with pytest.raises(CorpusError, match="tune 'same' both in train and in valid"):
        read_manifest(manifest(tmp_path, *rows))


def test_an_unreadable_manifest_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read: No such file"):
        read_manifest(tmp_path)
    with pytest.raises(CorpusError, match="no column 'labels'"):
        read_manifest(manifest(tmp_path, "path,split", "a.mid,train"))
    (tmp_path / "manifest.csv").write_bytes(b"path,labels\n\xff\xfe,x")
    with pytest.raises(CorpusError, match="not a table in UTF-8"):
        read_manifest(tmp_path)
