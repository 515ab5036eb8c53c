"""The user's own styles are saved, blend like the others, and are used with their model only."""

import json
import os
import random
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.system.output_file import OutputError, OutputFault, OutputNotWritten, RefusedOutput
from export.runtime.artefact import Artefact
from export.runtime.reasons.artefact import (
    BadStyleName,
    NoOwnStyle,
    NotAStyle,
    OwnStyleExists,
    StyleNameTaken,
)
from export.styles.own import (
    OwnStyle,
    StyleError,
    broken_styles,
    check_new_style,
    load_own_styles,
    normalise_name,
    remove_style,
    save_style,
    weights_checksum,
    with_own_styles,
)


@pytest.fixture
def style(exact: Artefact) -> OwnStyle:
    vector = tuple(float(x) for x in np.linspace(-1, 1, 64))
    return OwnStyle("my ballads", weights_checksum(exact), vector, 12, 2.5, 2.25)


def test_saved_styles_are_loaded(tmp_path: Path, style: OwnStyle) -> None:
    save_style(tmp_path / "styles", style)
    save_style(tmp_path / "styles", replace(style, name="another"))
    assert load_own_styles(tmp_path / "styles") == [replace(style, name="another"), style]
    assert load_own_styles(tmp_path / "none") == []


NAMES = [
    "夜想曲",
    "ноктюрн",
    "עברית",
    "café",
    "straße",
    "con",
    "com1",
    "nul.txt",
    "aux",
    "a?b*c|d<e>f",
    "ends with a dot.",
    "夜" * 200,
    "x" * 300,
    "🎹",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:12])
def test_a_style_may_have_any_name_and_its_file_is_valid_everywhere(
    tmp_path: Path, style: OwnStyle, exact: Artefact, name: str
) -> None:
    assert normalise_name(name, exact) == name
    save_style(tmp_path, replace(style, name=name))
    (path,) = tmp_path.iterdir()
    assert re.fullmatch(r"[a-z0-9_-]+( [a-z0-9_-]+)*\.json", path.name)
    assert len(path.name) < 80
    assert path.stem not in {"con", "aux", "nul", "com1", "prn"}
    mine = with_own_styles(exact, tmp_path)
    assert mine.style_names[-1] == name
    for spelling in (name, unicodedata.normalize("NFD", name), name.upper()):
        np.testing.assert_array_equal(mine.blend({spelling: 1}), np.array(style.vector, np.float32))
    remove_style(tmp_path, unicodedata.normalize("NFD", name).upper())
    assert list(tmp_path.iterdir()) == []


def test_names_of_different_styles_have_different_files(tmp_path: Path, style: OwnStyle) -> None:
    names = [*NAMES, "cafe", "夜想", "x" * 299]
    for name in names:
        save_style(tmp_path, replace(style, name=name), replace=False)
    assert sorted(each.name for each in load_own_styles(tmp_path)) == sorted(names)


def test_a_style_of_the_same_name_stays_unless_it_is_to_be_replaced(
    tmp_path: Path, style: OwnStyle
) -> None:
    by_hand = tmp_path / "Café by hand.json"
    save_style(tmp_path, replace(style, name="cafe\u0301", pieces=1))
    next(tmp_path.iterdir()).rename(by_hand)
    with pytest.raises(StyleError) as refusal:
        check_new_style(tmp_path, "CAFÉ")
    assert refusal.value.reason == OwnStyleExists("CAFÉ")
    with pytest.raises(StyleError):
        save_style(tmp_path, replace(style, name="café", pieces=2), replace=False)
    assert load_own_styles(tmp_path)[0].pieces == 1
    save_style(tmp_path, replace(style, name="café", pieces=2))
    (found,) = load_own_styles(tmp_path)
    assert (found.name, found.pieces) == ("café", 2)
    assert not by_hand.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, style: OwnStyle) -> None:
    (tmp_path / "styles").touch()
    with pytest.raises(OutputError) as refusal:
        save_style(tmp_path / "styles", style)
    assert isinstance(refusal.value.reason, OutputNotWritten)


def test_it_blends_like_any_other(tmp_path: Path, style: OwnStyle, exact: Artefact) -> None:
    save_style(tmp_path, style)
    mine = with_own_styles(exact, tmp_path)
    assert mine.style_names == (*exact.style_names, "my ballads")
    assert mine.first_own_style == 3
    blended = mine.blend({"my ballads": 1, "bach": 3})
    expected = 0.25 * np.array(style.vector) + 0.75 * exact.style_vectors[0]
    np.testing.assert_allclose(blended, expected, rtol=1e-5, atol=1e-6)
    assert blended.dtype == np.float32
    assert mine.style_positions.shape == (4, 2)
    assert exact.style_names == ("bach", "bossa nova", "chopin")


def test_its_position_is_among_similar_styles(exact: Artefact) -> None:
    near = exact.with_styles({"twin": exact.style_vectors[1] * 1.1})
    others = exact.style_positions.mean(axis=0)
    # The artefact has three styles, so all of them are near.
    np.testing.assert_allclose(near.style_positions[3], others, atol=1e-6)


def test_a_style_of_another_model_is_listed_and_not_used(
    tmp_path: Path, style: OwnStyle, exact: Artefact
) -> None:
    save_style(tmp_path, replace(style, weights="0" * 64))
    (found,) = load_own_styles(tmp_path)
    assert not found.is_compatible(exact)
    assert with_own_styles(exact, tmp_path).style_names == exact.style_names


def test_a_removed_style_is_gone(tmp_path: Path, style: OwnStyle) -> None:
    save_style(tmp_path, style)
    remove_style(tmp_path, "My Ballads")
    assert load_own_styles(tmp_path) == []
    with pytest.raises(StyleError) as refusal:
        remove_style(tmp_path, "my ballads")
    assert refusal.value.reason == NoOwnStyle("my ballads")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "a,b",
        "a:b",
        "../up",
        "a\\b",
        ".hidden",
        'a"b',
        "\x1b[1m",
        "a\u202eb",
        "caf\udce9",
        "\u200d",
    ],
)
def test_an_invalid_name_is_refused(name: str, exact: Artefact) -> None:
    with pytest.raises(StyleError) as refusal:
        normalise_name(name, exact)
    assert refusal.value.reason == BadStyleName(name)


def test_a_name_of_the_artefact_is_refused(exact: Artefact) -> None:
    with pytest.raises(StyleError) as refusal:
        normalise_name("Bossa  Nova", exact)
    assert refusal.value.reason == StyleNameTaken("bossa nova", "tiny")
    assert normalise_name(" My Ballads ", exact) == "my ballads"


def edited(path: Path, **changes: object) -> None:
    """Change facts in the file of a style by hand."""
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


VALUES: dict[str, tuple[object, ...]] = {
    "name": ("", 3, None, "a/b", "../up", "\x1b", "\ud800", "x" * 2000),
    "vector": (
        *(None, 3, {}, ["1"], [None], [True], [[1.0]], [1e39], "12"),
        *([0.0] * 63 + [each] for each in (float("nan"), float("inf"), 10**400)),
    ),
    "pieces": (-1, 0, 1.5, "3", None, float("nan"), True),
    "nats_with": ("1", float("nan"), float("-inf"), [], 10**400),
    "weights": (None, 3, []),
    "format": (2, "1", None, []),
    "future": (1,),
}
FIELDS = [(field, value) for field, values in VALUES.items() for value in values]


@pytest.mark.parametrize("field,value", FIELDS, ids=[f"{n} {str(v)[:12]}" for n, v in FIELDS])
def test_a_broken_style_is_left_out_and_the_others_are_used(
    tmp_path: Path, style: OwnStyle, exact: Artefact, field: str, value: object
) -> None:
    save_style(tmp_path, style)
    save_style(tmp_path, replace(style, name="another"))
    path = tmp_path / "my ballads.json"
    edited(path, **{field: value})
    assert load_own_styles(tmp_path) == [replace(style, name="another")]
    assert broken_styles(tmp_path, exact) == [NotAStyle(path, "my ballads")]
    assert with_own_styles(exact, tmp_path).style_names == (*exact.style_names, "another")
    remove_style(tmp_path, "My Ballads")
    assert [each.name for each in tmp_path.iterdir()] == ["another.json"]


CONTENTS = {
    "cut": b'{"format": 1, "name": "od',
    "empty": b"",
    "a list": b"[]",
    "an empty object": b"{}",
    "a number": b"1",
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "not utf-8": b'{"format": 1, "name": "\xe9"}',
    "utf-16": '{"format": 1}'.encode("utf-16"),
    "zeros": bytes(1000),
    "digits": b'{"format": ' + b"1" * 5000 + b"}",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_file_that_is_not_a_style_is_left_out_and_removed_by_its_name(
    tmp_path: Path, exact: Artefact, content: bytes
) -> None:
    path = tmp_path / "odd \x1b[1m.json"
    path.write_bytes(content)
    assert load_own_styles(tmp_path) == []
    (broken,) = broken_styles(tmp_path, exact)
    assert broken == NotAStyle(path, "odd \\x1b[1m")
    remove_style(tmp_path, broken.name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_is_left_out_and_removed_alone(
    tmp_path: Path, style: OwnStyle, exact: Artefact
) -> None:
    folder, elsewhere = tmp_path / "styles", tmp_path / "elsewhere"
    save_style(folder, style)
    elsewhere.mkdir()
    (elsewhere / "work.mid").touch()
    os.mkfifo(folder / "fifo.json")
    (folder / "device.json").symlink_to("/dev/zero")
    (folder / "linked.json").symlink_to(elsewhere)
    (folder / "loop.json").symlink_to("loop.json")
    (folder / "gone.json").symlink_to(tmp_path / "none")
    (folder / "folder.json").mkdir()
    large = folder / "large.json"
    large.touch()
    os.truncate(large, 10**10)
    assert load_own_styles(folder) == [style]
    names = ["device", "fifo", "folder", "gone", "large", "linked", "loop"]
    assert [each.name for each in broken_styles(folder, exact)] == names
    for name in names:
        remove_style(folder, name)
    assert [path.name for path in folder.iterdir()] == ["my ballads.json"]
    assert [path.name for path in elsewhere.iterdir()] == ["work.mid"]
    (folder / "full.json").mkdir()
    (folder / "full.json" / "work.mid").touch()
    with pytest.raises(OSError, match="not empty"):
        remove_style(folder, "full")


@pytest.mark.parametrize(
    "name",
    [
        *("../victim", "../../x", "/etc/passwd", ".", "..", "", "~", "*", "sub/inner", "a\0b"),
        *("my ballads.json", "../styles/my ballads", "./my ballads", "..\\victim", "x" * 100_000),
    ],
    ids=lambda name: name[:16],
)
def test_a_path_removes_nothing(tmp_path: Path, style: OwnStyle, name: str) -> None:
    folder = tmp_path / "styles"
    save_style(folder, style)
    (folder / "sub").mkdir()
    for path in (tmp_path / "victim.json", folder / "sub" / "inner.json", tmp_path / "victim"):
        path.write_text("{", "utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StyleError) as refusal:
        remove_style(folder, name)
    assert refusal.value.reason == NoOwnStyle(name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_broken_file_of_a_new_styles_name_is_replaced_on_request(
    tmp_path: Path, style: OwnStyle
) -> None:
    path = tmp_path / "my ballads.json"
    path.write_text("{", "utf-8")
    with pytest.raises(StyleError):
        check_new_style(tmp_path, "my ballads")
    check_new_style(tmp_path, "my ballads", replace=True)
    save_style(tmp_path, style)
    assert load_own_styles(tmp_path) == [style]
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OutputError) as refusal:
        check_new_style(tmp_path, "my ballads", replace=True)
    assert refusal.value.reason == RefusedOutput(path, OutputFault.SPECIAL)


def test_a_vector_of_another_width_is_left_out(
    tmp_path: Path, style: OwnStyle, exact: Artefact
) -> None:
    save_style(tmp_path, style)
    path = tmp_path / "my ballads.json"
    edited(path, vector=[1.0, 2.0])
    assert with_own_styles(exact, tmp_path).style_names == exact.style_names
    assert broken_styles(tmp_path, exact) == [NotAStyle(path, "my ballads")]


def test_thousands_of_damaged_files_are_left_out_or_are_styles(
    tmp_path: Path, style: OwnStyle, exact: Artefact
) -> None:
    save_style(tmp_path, style)
    path, dice = tmp_path / "my ballads.json", random.Random(10)
    whole = path.read_bytes()
    for _ in range(2000):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(content))
            content[at : at + dice.randint(0, 3)] = dice.choice(
                (b"", b"NaN", b"1e999", b"-Infinity", b"\0", b'"', b"]", b"\xff", b"9" * 400)
            )
        path.write_bytes(content)
        used = with_own_styles(exact, tmp_path)
        assert np.isfinite(used.style_vectors).all()
        assert np.isfinite(used.style_positions).all()
        is_used = len(used.style_names) > len(exact.style_names)
        other = any(not each.is_compatible(exact) for each in load_own_styles(tmp_path))
        assert is_used + other + len(broken_styles(tmp_path, exact)) == 1
