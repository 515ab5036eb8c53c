"""An inconsistent artefact is refused, in a sentence that names both sides."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from export.runtime import artefact
from export.runtime.artefact import (
    FORMAT,
    MANIFEST,
    STYLES,
    WEIGHTS,
    Artefact,
    ArtefactError,
    UnknownStyleError,
    load_default_artefact,
)
from export.runtime.decoder import Decoder
from export.runtime.reasons.artefact import GraphMismatch
from gui.wording.reasons import sentence_of
from model.tokens import vocabulary as v

ROOT = Path(__file__).parents[3]
NAN = float("nan")


def edit(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Return a function that applies a change to a folder's manifest."""

    def apply(folder: Path) -> None:
        manifest = json.loads((folder / MANIFEST).read_text())
        change(manifest)
        (folder / MANIFEST).write_text(json.dumps(manifest))

    return apply


def flip(name: str, at: int) -> Callable[[Path], None]:
    """Return a function that flips one bit of a file in a folder."""

    def apply(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[at] ^= 1
        (folder / name).write_bytes(content)

    return apply


def resealed(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Return a function that changes a folder's styles and seals the folder again."""

    def apply(folder: Path) -> None:
        styles = json.loads((folder / STYLES).read_text())
        change(styles)
        (folder / STYLES).write_text(json.dumps(styles))
        manifest = json.loads((folder / MANIFEST).read_text())
        artefact.write_manifest(folder, {k: w for k, w in manifest.items() if k != "sha256"})

    return apply


def replace_by(folder: Path, *, name: str, make: Callable[[Path], object]) -> None:
    """Put something else in the place of a file of a folder."""
    (folder / name).unlink(missing_ok=True)
    make(folder / name)


def link_to_zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(path.parent):
        listener.bind(path.name)  # the whole path may be longer than an address


SPECIAL: tuple[tuple[Callable[[Path], object], str], ...] = (
    (os.mkfifo, "device or a pipe"),
    (make_socket, "device or a pipe"),
    (link_to_zero, "device or a pipe"),
    (Path.mkdir, "folder"),
)


def _other_vocabulary(manifest: dict[str, Any]) -> None:
    manifest["vocabulary"] = "0" * 64


DAMAGES = [
    (edit(lambda m: m.update(format=1)), rf"format 1 and this program reads format {FORMAT}"),
    (edit(lambda m: m.pop("format")), rf"format None and this program reads format {FORMAT}"),
    (
        edit(_other_vocabulary),
        rf"vocabulary 000000000000 and this program has vocabulary {v.FINGERPRINT[:12]}",
    ),
    (edit(lambda m: m.pop("graphs")), r"has no 'graphs'"),
    (edit(lambda m: m["sha256"].pop("cuda.onnx")), r"no checksum for cuda\.onnx"),
    (flip(WEIGHTS, 5000), r"weights\.bin has sha256 \w{12} and manifest\.json says \w{12}"),
    (flip(STYLES, 40), r"styles\.json has sha256 \w{12} and manifest\.json says \w{12}"),
    (lambda f: (f / "cpu.onnx").unlink(), r"cpu\.onnx: no such file"),
    (lambda f: (f / STYLES).unlink(), r"styles\.json: no such file"),
    (lambda f: (f / MANIFEST).unlink(), r"manifest\.json: no such file"),
    (lambda f: (f / MANIFEST).write_text("{"), r"manifest\.json is not JSON"),
    (lambda f: (f / MANIFEST).write_text("[]"), r"holds a list and should hold an object"),
    (
        resealed(lambda s: s["styles"][1]["vector"].pop()),
        r"the vector of bossa nova has 63 numbers and the network a width of 64",
    ),
    (
        resealed(lambda s: s["instruments"].pop("bass")),
        r"the vector of bass has 0 numbers and the network a width of 64",
    ),
    *(
        (resealed(change), sentence)
        for change, sentence in (
            (lambda s: s["styles"][0]["vector"].__setitem__(3, NAN), r"numbers of 'bach' are"),
            (lambda s: s["styles"][0]["vector"].__setitem__(3, 1e300), r"numbers of 'bach' are"),
            (lambda s: s["styles"][0]["vector"].__setitem__(3, 10**400), r"numbers of 'bach' are"),
            (lambda s: s["styles"][0]["vector"].__setitem__(3, "1"), r"numbers of 'bach' are"),
            (lambda s: s["styles"][0].update(place=[0.5]), r"has 1 numbers and the network"),
            (lambda s: s["styles"][0].update(place=None), r"no vector or no place"),
            (lambda s: s["styles"][0].update(name=["bach"]), r"has no name of its own"),
            (lambda s: s["styles"][0].update(name="chopin"), r"has no name of its own"),
            (lambda s: s["styles"].append(7), r"has no name of its own"),
            (lambda s: s.update(styles={}), r"has no name of its own"),
            (lambda s: s.update(instruments=[]), r"has no name of its own"),
            (lambda s: s["instruments"]["bass"].__setitem__(0, None), r"numbers of 'bass' are"),
        )
    ),
    *(
        (edit(change), sentence)
        for change, sentence in (
            (lambda m: m.update(config=[]), r"has 'config' as list, which no network can have"),
            (lambda m: m["config"].pop("width"), r"has 'config.width' as None"),
            (lambda m: m["config"].update(width=10**30), r"'config.width' as a number of 100 bits"),
            (lambda m: m["config"].update(width=-64), r"'config.width' as -64"),
            (lambda m: m["config"].update(width=64.0), r"'config.width' as 64.0"),
            (lambda m: m["config"].update(heads=0), r"'config.heads' as 0"),
            (lambda m: m["config"].update(heads=5), r"'config.heads' as 5"),
            (lambda m: m["config"].update(kv_heads=True), r"'config.kv_heads' as True"),
            (lambda m: m["config"].update(layers=4000), r"'config.layers' as 4000"),
            (lambda m: m["config"].update(rope_base=NAN), r"'config.rope_base' as nan"),
            (lambda m: m.update(context=0), r"'context' as 0"),
            (lambda m: m.update(context=10**9), r"'context' as 1000000000"),
            (lambda m: m.update(name="a\nb"), r"'name' as 'a\\nb'"),
            (lambda m: m.update(sha256=[]), r"'sha256' as list"),
            (lambda m: m["sha256"].update({"../../etc/passwd": "0" * 64}), r"'sha256' as dict"),
            (lambda m: m["sha256"].update({"/dev/zero": "0" * 64}), r"'sha256' as dict"),
            (lambda m: m["sha256"].update({"cpu.onnx": None}), r"'sha256' as dict"),
            (lambda m: m["graphs"].pop("cuda"), r"'graphs.cuda' as None"),
            (lambda m: m["graphs"]["cpu"].update(inputs="x"), r"'graphs.cpu.inputs' as 'x'"),
            (lambda m: m["graphs"]["cpu"].update(outputs=[{}]), r"'graphs.cpu.outputs' as list"),
            (lambda m: m.update(parity={"equal": 1}), r"'parity' as dict"),
        )
    ),
    (lambda f: (f / MANIFEST).write_text("[" * 100_000), r"is not JSON: it is nested too deeply"),
    (lambda f: os.truncate(f / MANIFEST, 2**30), r"manifest\.json: is larger than 16\.\d+ MB"),
    (lambda f: os.truncate(f / WEIGHTS, 2**40), r"weights\.bin: is larger than 2147\.\d+ MB"),
    *(
        (partial(replace_by, name=name, make=make), rf"{name}: is a {said}, not a file")
        for name in (MANIFEST, STYLES, WEIGHTS, "cpu.onnx", "cuda.onnx", "unlisted")
        for make, said in SPECIAL
        if (name, said) != ("unlisted", "folder")
    ),
]


@pytest.mark.parametrize("damage,sentence", DAMAGES)
def test_damage_is_refused_in_one_sentence(
    copied: Path, damage: Callable[[Path], object], sentence: str
) -> None:
    Artefact.load(copied)
    damage(copied)
    with pytest.raises(ArtefactError) as refusal:
        Artefact.load(copied)
    text = str(sentence_of(refusal.value.reason))
    assert re.search(sentence, text)
    assert "\n" not in text


def test_a_graph_that_the_manifest_does_not_describe_is_refused(copied: Path) -> None:
    edit(lambda m: m["graphs"]["cpu"]["inputs"][0].update(shape=["B", "T", 65]))(copied)
    with pytest.raises(ArtefactError) as refusal:
        Decoder(Artefact.load(copied), device="cpu", threads=1)
    reason = refusal.value.reason
    assert isinstance(reason, GraphMismatch)
    assert (reason.side, reason.name) == ("inputs", "x")
    assert "64" in reason.found
    assert "65" in reason.stated


def test_symbolic_links_are_followed(exact: Artefact, tmp_path: Path) -> None:
    for path in exact.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    assert Artefact.load(tmp_path).name == exact.name


@pytest.mark.parametrize("make", [os.mkfifo, make_socket, Path.touch, lambda path: path])
def test_what_is_no_folder_is_no_artefact(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "artefact")
    with pytest.raises(ArtefactError) as refusal:
        Artefact.load(tmp_path / "artefact")
    assert str(sentence_of(refusal.value.reason)).startswith(str(tmp_path))


def test_a_blend_is_the_weighted_mean(exact: Artefact) -> None:
    first, second = exact.style_vectors[0], exact.style_vectors[2]
    blended = exact.blend({"bach": 3, "chopin": 1})
    np.testing.assert_allclose(blended, 0.75 * first + 0.25 * second, rtol=1e-5, atol=1e-7)
    assert blended.dtype == np.float32


@pytest.mark.parametrize("weight", [1e308, 1e300, 1e38, 1e-30, 1e-45, 1e-308, 5e-324])
def test_weights_of_any_magnitude_are_relative(exact: Artefact, weight: float) -> None:
    assert np.array_equal(exact.blend({"bach": weight}), exact.blend({"bach": 1}))
    blended = exact.blend({"bach": weight, "chopin": weight})
    np.testing.assert_allclose(blended, exact.blend({"bach": 1, "chopin": 1}), rtol=1e-6)
    with_one = exact.blend({"bach": weight, "chopin": 1})
    assert np.isfinite(with_one).all()


def test_no_style_is_zero(exact: Artefact) -> None:
    assert not exact.blend({}).any()


def test_an_unknown_style_names_its_neighbours(exact: Artefact) -> None:
    with pytest.raises(UnknownStyleError) as refusal:
        exact.blend({"bach": 1, "chopn": 1})
    assert refusal.value.reason.name == "chopn"
    assert "chopin" in refusal.value.reason.near


def test_an_artefact_has_its_name_and_styles(exact: Artefact) -> None:
    assert exact.name == "tiny"
    assert exact.style_names == ("bach", "bossa nova", "chopin")
    assert exact.style_vectors.shape == (3, 64)


SHARES = {
    "bach": {Instrument.PIANO: 0.5, Instrument.VOICE: 0.0199},
    "chopin": {Instrument.PIANO: 1.0, Instrument.VOICE: 0.02, Instrument.BASS: 0.01},
}


@pytest.mark.parametrize(
    "weights,usual",
    [
        ({"bach": 1.0}, {Instrument.PIANO}),
        ({"chopin": 3.0}, {Instrument.PIANO, Instrument.VOICE}),
        ({"bach": 1.0, "chopin": 1.0}, {Instrument.PIANO, Instrument.VOICE}),
        ({"bach": 0.9, "chopin": 0.1}, {Instrument.PIANO}),
        ({"bach": 1.0, "bossa nova": 1.0}, set(Instrument)),
        ({"bach": 0.95, "bossa nova": 0.05}, {Instrument.PIANO}),
        ({}, set(Instrument)),
    ],
)
def test_rare_instruments_are_rare_in_all_styles_that_count(
    exact: Artefact, weights: dict[str, float], usual: set[Instrument]
) -> None:
    known = replace(exact, instrument_shares=SHARES)
    assert known.rare_instruments(weights) == set(Instrument) - usual


def test_a_style_of_the_users_own_has_no_rare_instruments(exact: Artefact) -> None:
    known = replace(exact, instrument_shares=SHARES).with_styles({"mine": np.zeros(64)})
    assert not known.rare_instruments({"mine": 1.0})
    assert known.rare_instruments({"bach": 1.0})


def test_many_light_styles_all_count(exact: Artefact) -> None:
    styles = {f"{n}": {Instrument.PIANO: 1.0} for n in range(10)}
    known = replace(exact, instrument_shares=styles)
    usual = set(Instrument) - known.rare_instruments(dict.fromkeys(styles, 1.0))
    assert usual == {Instrument.PIANO}


def test_the_shipped_styles_have_shares() -> None:
    shipped = load_default_artefact()
    assert set(shipped.instrument_shares) == set(shipped.style_names)
    assert {Instrument.BASS, Instrument.DRUMS} <= shipped.rare_instruments({"chopin": 1.0})
    assert not {Instrument.BASS, Instrument.DRUMS} & shipped.rare_instruments({"jazz": 1.0})


def test_decoding_loads_neither_torch_nor_onnx(exact: Artefact) -> None:
    """Reading an artefact does not load onnxruntime either."""
    play = (
        "import sys, pathlib, numpy\n"
        "from export.runtime.artefact import Artefact\n"
        "artefact = Artefact.load(pathlib.Path(sys.argv[1]))\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "from export.runtime.decoder import Decoder\n"
        "Decoder(artefact, device='cpu', threads=1).feed([0], numpy.zeros((1, 6), int))\n"
        "assert not {'torch', 'onnx'} & set(sys.modules)\n"
    )
    command = [sys.executable, "-c", play, str(exact.folder)]
    subprocess.run(command, cwd=ROOT, check=True)
