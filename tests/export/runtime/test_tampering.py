"""An artefact whose checksums are right and whose content is not: one sentence, at once."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from export.runtime.artefact import (
    INSTRUMENT_SHARES,
    MANIFEST,
    STYLES,
    WEIGHTS,
    Artefact,
    ArtefactError,
    seal_file,
)
from export.runtime.decoder import Decoder
from gui.wording.reasons import sentence_of
from model.tokens import inputs

ROOT = Path(__file__).parents[3]
PATIENCE_S = 2.0
CHUNK = 500
GRAPH = "cpu.onnx"


def bytes_of(change: Callable[[bytes], bytes], name: str = GRAPH) -> Callable[[Path], None]:
    """Return a function that changes a file of a folder, and its checksum."""

    def apply(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))
        seal_file(folder, name)

    return apply


def graph_of(change: Callable[[onnx.GraphProto], object]) -> Callable[[Path], None]:
    """Return a function that changes the graph of a folder, and its checksum."""

    def changed(content: bytes) -> bytes:
        model = onnx.load_from_string(content)
        change(model.graph)
        return bytes(model.SerializeToString())

    return bytes_of(changed)


def of_size(graph: onnx.GraphProto, name: str, at: int, size: int) -> None:
    [node] = [each for each in (*graph.input, *graph.output) if each.name == name]
    node.type.tensor_type.shape.dim[at].dim_value = size


def three_heads(graph: onnx.GraphProto) -> None:
    """Give the attention another number of heads, of which a session learns when it runs."""
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name == "num_heads":
                attribute.i = 3


def nan_weights(content: bytes) -> bytes:
    """Return weights of which all but the table of rows are NaN."""
    table = 2 * sum(inputs.SECTIONS) * 64
    return content[:table] + b"\xff" * (len(content) - table)


def consistent_lie(folder: Path) -> None:
    """Make manifest and graph agree on an output that a decoder cannot read."""
    graph_of(lambda graph: of_size(graph, "logits", 1, 7))(folder)
    manifest = json.loads((folder / MANIFEST).read_text())
    [logits] = [n for n in manifest["graphs"]["cpu"]["outputs"] if n["name"] == "logits"]
    logits["shape"] = ["B", 7]
    (folder / MANIFEST).write_text(json.dumps(manifest))


TAMPERED: list[tuple[Callable[[Path], None], str]] = [
    (bytes_of(lambda _: b""), "does not run: "),
    (bytes_of(lambda content: content[:-1]), "does not run: "),
    (bytes_of(lambda content: content[: len(content) // 2]), "does not run: "),
    (bytes_of(lambda content: content[::-1]), "does not run: "),
    (bytes_of(lambda content: content[: len(content) // 2], WEIGHTS), "does not run: "),
    (bytes_of(lambda content: content[:100], WEIGHTS), "numbers of 'embedding' are missing"),
    (bytes_of(lambda content: b"\xff" * len(content), WEIGHTS), "'embedding'"),
    (bytes_of(nan_weights, WEIGHTS), "answers with numbers that are not finite"),
    (graph_of(lambda graph: graph.node.pop()), "does not run: "),
    (bytes_of(lambda content: content.replace(b"past_k0", b"past_\xff0")), "does not run: "),
    (graph_of(three_heads), "does not run: "),
    (graph_of(lambda graph: graph.input.pop(0)), "does not run: "),
    (graph_of(lambda graph: of_size(graph, "x", 2, 65)), "cpu.onnx"),
    (graph_of(lambda graph: of_size(graph, "past_k0", 1, 3)), "cpu.onnx"),
    (consistent_lie, "logits"),
]


@pytest.fixture
def sealed(shipped: Artefact, tmp_path: Path) -> Path:
    """Return a copy of an artefact with every kind of file."""
    shutil.copytree(shipped.folder, tmp_path / "artefact")
    folder = tmp_path / "artefact"
    shares = {name: {"piano": 1.0, "bass": 0.5} for name in shipped.style_names}
    (folder / INSTRUMENT_SHARES).write_text(json.dumps(shares), "utf-8")
    seal_file(folder, INSTRUMENT_SHARES)
    Decoder(Artefact.load(folder), device="cpu")
    return folder


@pytest.mark.parametrize("tamper,said", TAMPERED)
def test_a_tampered_graph_is_refused_in_one_sentence(
    sealed: Path,
    tamper: Callable[[Path], None],
    said: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tamper(sealed)
    with pytest.raises(ArtefactError) as refusal:
        Decoder(Artefact.load(sealed), device="cpu")
    text = str(sentence_of(refusal.value.reason))
    assert said in text
    assert text.endswith(".")
    assert "\n" not in text
    assert ".." not in text
    assert capfd.readouterr() == ("", "")  # onnxruntime prints nothing either


def outcomes(folder: Path, first: int, count: int) -> list[dict[str, Any]]:
    """Return what became of damaged copies; fail if one ends the process."""
    program = [sys.executable, "-m", "tests.export.runtime.tampering", str(folder)]
    ran = subprocess.run(
        [*program, str(first), str(count)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, (lines[-1], ran.stderr)
    return [line for line in lines if "said" in line]


def check(found: list[dict[str, Any]], count: int) -> None:
    assert len(found) == count
    assert [each for each in found if each["seconds"] > PATIENCE_S] == []
    assert all("\n" not in each["said"] for each in found)
    said = [each["said"] == "used" for each in found]
    assert 0.05 < sum(said) / count < 0.7  # both happen, so the damages are neither vain nor blunt


def test_damaged_artefacts_are_refused_or_used(sealed: Path) -> None:
    check(outcomes(sealed, 0, 90), 90)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 4_000, CHUNK))
def test_thousands_of_damaged_artefacts_are_refused_or_used(sealed: Path, first: int) -> None:
    check(outcomes(sealed, first, CHUNK), CHUNK)


@pytest.mark.parametrize(
    "words,status",
    [
        (("continue", "PHRASE", "-o", "out.mid", "--bars", "1"), 2),
        (("demo",), 2),
        (("doctor",), 1),
        (("jam", "--for", "4"), 0),
    ],
)
def test_a_command_says_what_is_wrong_with_the_graph(
    tmp_path: Path, words: tuple[str, ...], status: int
) -> None:
    """The installed artefact is replaced by one whose graph is cut."""
    shutil.copytree(ROOT / "assets", tmp_path / "assets")
    folder = tmp_path / "assets" / "antiphon-small"
    for name in (GRAPH, "cuda.onnx"):
        bytes_of(lambda content: content[:-1], name)(folder)
    phrase = str(ROOT / "assets" / "demo" / "minuet.mid")
    code = "from gui.commands.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, *(phrase if word == "PHRASE" else word for word in words)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told = ran.stdout + ran.stderr
    assert ran.returncode == status, told
    assert f"{folder / GRAPH} does not run: " in told
    assert "Traceback" not in told
    assert STYLES not in told
