"""Decisions are kept in a private file that two windows write, and that damage does not spoil."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note
from bridge.system.input_file import InputError
from bridge.system.output_file import OutputError
from export.taste.decisions import (
    MAX_LINES,
    Decision,
    Decisions,
    decision_id,
    forget_decisions,
    read_decisions,
    record_decision,
    withdraw_decision,
)
from export.taste.measures import SPREADS

ROW = tuple(float(number) for number in range(len(SPREADS)))
OTHER = tuple(number + 0.5 for number in ROW)


def decision(name: str, *others: tuple[float, ...]) -> Decision:
    return Decision(name, "2026-11-28T17:42:00+01:00", "weights", ROW, others or (OTHER, ROW))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "taste.jsonl"


def ids(path: Path) -> list[str]:
    return [each.id for each in read_decisions(path).all]


def test_what_is_recorded_is_read(path: Path) -> None:
    assert read_decisions(path) == Decisions()
    record_decision(path, decision("a"))
    record_decision(path, decision("b", OTHER))
    assert read_decisions(path) == Decisions((decision("a"), decision("b", OTHER)))


def test_a_later_decision_replaces_an_earlier_one_and_can_be_withdrawn(path: Path) -> None:
    for name in ("a", "b"):
        record_decision(path, decision(name))
    again = replace(decision("a"), kept=OTHER)
    record_decision(path, again)
    assert read_decisions(path).all == (decision("b"), again)
    withdraw_decision(path, "a")
    withdraw_decision(path, "never recorded")
    assert read_decisions(path).all == (decision("b"),)
    record_decision(path, again)
    assert ids(path) == ["b", "a"]


def test_reset_forgets_everything(path: Path) -> None:
    forget_decisions(path)
    assert not path.exists()
    record_decision(path, decision("a"))
    forget_decisions(path)
    assert read_decisions(path) == Decisions()
    assert path.read_bytes() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="the files of POSIX")
def test_the_file_is_private(path: Path) -> None:
    record_decision(path, decision("a"))
    path.chmod(0o644)
    record_decision(path, decision("b"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    elsewhere = path.with_name("elsewhere")
    elsewhere.write_text("keep")
    path.symlink_to(elsewhere)
    with pytest.raises(OutputError):
        record_decision(path, decision("a"))
    assert elsewhere.read_text() == "keep"


def line(**changes: object) -> bytes:
    whole = {"format": 1, "id": "x", "at": "", "model": "", "kept": ROW, "others": [OTHER]}
    return json.dumps(whole | changes).encode()


DAMAGED = {
    "no JSON": b"{",
    "no object": b"[]",
    "a number": b"1",
    "not UTF-8": b"\xff\xfe",
    "too deep": b"[" * 100_000,
    "another format": line(format=2),
    "no id": line(id=None),
    "no model": line(model=3),
    "too short": line(kept=ROW[1:]),
    "words": line(kept=["x"] * len(ROW)),
    "a boolean": line(kept=[True, *ROW[1:]]),
    "not a number": line(kept=[float("nan"), *ROW[1:]]),
    "infinite": line(others=[[float("inf"), *ROW[1:]]]),
    "too large": line(others=[[10**400, *ROW[1:]]]),
    "no others": line(others=[]),
    "too many others": line(others=[OTHER] * 65),
    "others no list": line(others="ab"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_line_is_skipped_and_counted(path: Path, name: str) -> None:
    record_decision(path, decision("a"))
    with path.open("ab") as stream:
        stream.write(DAMAGED[name] + b"\n")
    record_decision(path, decision("b"))
    found = read_decisions(path)
    assert [each.id for each in found.all] == ["a", "b"]
    assert found.damaged_count == 1


def test_the_undamaged_line_of_the_table_is_read(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(line())
    assert ids(path) == ["x"]


@given(st.data())
def test_any_cut_leaves_the_other_decisions(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("taste") / "taste.jsonl"
    for name in ("a", "b", "c"):
        record_decision(path, decision(name))
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    record_decision(path, decision("d"))
    found = read_decisions(path)
    complete = whole[:cut].count(b"\n") + (whole[cut : cut + 1] == b"\n")
    assert [each.id for each in found.all] == [*"abc"[:complete], "d"]
    assert found.damaged_count <= 1


def test_a_full_file_keeps_the_newest(path: Path) -> None:
    path.parent.mkdir()
    lines = [line(id=str(number)) for number in range(MAX_LINES)]
    path.write_bytes(b"\n".join(lines) + b"\n")
    record_decision(path, decision("new"))
    found = ids(path)
    assert len(found) == MAX_LINES * 3 // 4 + 1
    assert found[-2:] == [str(MAX_LINES - 1), "new"]
    assert path.read_bytes().count(b"\n") == len(found)


def test_what_cannot_be_written_or_read_has_a_reason(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(OutputError):
        record_decision(path, decision("a"))
    with pytest.raises(OutputError):
        forget_decisions(path)
    with pytest.raises(InputError):
        read_decisions(path)


WRITER = """
import sys
from pathlib import Path
from tests.export.taste.test_decisions import decision
from export.taste.decisions import record_decision
sys.stdin.readline()
for number in range(40):
    record_decision(Path(sys.argv[1]), decision(f"{sys.argv[2]}{number}"))
"""


def test_two_windows_write_at_once(path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name], stdin=subprocess.PIPE, env=environment
        )
        for name in "ab"
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.close()
    assert [writer.wait() for writer in writers] == [0, 0]
    found = read_decisions(path)
    assert found.damaged_count == 0
    for name in "ab":
        mine = [each.id for each in found.all if each.id.startswith(name)]
        assert mine == [f"{name}{number}" for number in range(40)]


def test_a_decision_is_known_by_its_prompt_and_its_first_take() -> None:
    one, two = (Note(0, Instrument.PIANO, pitch, 48, 80) for pitch in (60, 62))
    assert decision_id([one], [two]) == decision_id([one], [two])
    assert (
        len({decision_id(*each) for each in (([one], [two]), ([two], [one]), ([one, two], []))})
        == 3
    )
