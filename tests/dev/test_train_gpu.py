"""A dry run on the CPU of the script that trains on a GPU, from MIDI to packed weights."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assets import DEMO_PHRASES
from model import pack
from model.run import load_trained

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_it_tokenizes_trains_packs_and_evaluates(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    rows = ["path,split,labels"]
    for index in range(24):
        source = sorted(DEMO_PHRASES.glob("*.mid"))[index % 4]
        shutil.copy(source, corpus / f"{index}.mid")
        rows.append(f"{index}.mid,{'valid' if index > 20 else 'train'},demo")
    (corpus / "manifest.csv").write_text("\n".join(rows), "utf-8")
    environment = os.environ | {
        "SIZE": "tiny",
        "DEVICE": "cpu",
        "WORKERS": "1",
        "PYTHON": sys.executable,
        "BATCH": "512",
        "WINDOW": "64",
        "OMP_NUM_THREADS": "1",
        "CRITIC": "--length 16 --count 4",
        "EVALUATE": "--only nll,hidden --tokens 500",
    }
    command = [str(ROOT / "dev" / "train_gpu"), str(corpus), str(tmp_path / "run"), "0.02"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, timeout=250
    )
    assert done.returncode == 0, done.stdout + done.stderr
    packed = tmp_path / "run" / "packed"
    evaluation = json.loads((packed / "evaluation.json").read_text("utf-8"))
    assert evaluation["nll"]["per_token"] > 0
    pack.unpack(packed, tmp_path / "again")
    trained = load_trained(tmp_path / "again")
    assert trained.styles == ["demo"]
    assert trained.step > 0
    assert (packed / "loss.png").exists()


def test_without_a_gpu_it_names_the_alternative(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHON": sys.executable, "CUDA_VISIBLE_DEVICES": ""}
    command = [ROOT / "dev" / "train_gpu", tmp_path, tmp_path / "run"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert done.stderr == "train_gpu: there is no NVIDIA GPU here; make train trains on the CPU\n"
    assert not (tmp_path / "run").exists()
