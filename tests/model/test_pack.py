"""Small files, joined again, are the same network."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model import pack
from model.run import Plan, Run, load_trained

STYLES = ["folk", "smith"]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    run = Run.resume_or_create(tmp_path / "run", replace(Plan("tiny"), window=64), STYLES, "cpu")
    run.step = 9
    run.save()
    run.log_figures(loss=1.0)
    return tmp_path / "run"


def test_packing_and_unpacking_only_rounds(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "MAX_PART_BYTES", 250_000)
    count = pack.pack(run, tmp_path / "packed")
    assert count > 1
    sizes = [path.stat().st_size for path in (tmp_path / "packed").glob("weights-*.pt")]
    assert len(sizes) == count
    assert max(sizes) < 250_000 + 2**16
    pack.unpack(tmp_path / "packed", tmp_path / "again")
    one, other = load_trained(run), load_trained(tmp_path / "again")
    assert (other.styles, other.step, other.window) == (STYLES, 9, 64)
    for mine, theirs in zip(other.network.parameters(), one.network.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=2**-8, atol=1e-8)
    assert (tmp_path / "again" / "log.jsonl").exists()


def test_a_missing_part_is_an_error(run: Path, tmp_path: Path) -> None:
    pack.pack(run, tmp_path / "packed")
    (tmp_path / "packed" / "weights-00.pt").unlink()
    with pytest.raises(FileNotFoundError):
        pack.unpack(tmp_path / "packed", tmp_path / "again")
