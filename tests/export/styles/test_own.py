"""The user's own styles are saved, blend like the others, and are used with their model only."""

import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.system.output_file import OutputError, OutputNotWritten
from export.runtime.artefact import Artefact, ArtefactError
from export.runtime.reasons.artefact import (
    BadStyleName,
    NoOwnStyle,
    NotAStyle,
    OwnStyleExists,
    OwnStyleWidth,
    StyleNameTaken,
)
from export.styles.own import (
    OwnStyle,
    StyleError,
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


@pytest.mark.parametrize(
    "field,value", [("name", ""), ("name", 3), ("vector", [float("nan")]), ("vector", None)]
)
def test_a_style_without_a_name_or_a_finite_vector_is_refused(
    tmp_path: Path, style: OwnStyle, field: str, value: object
) -> None:
    save_style(tmp_path, style)
    path = tmp_path / "my ballads.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {field: value}), "utf-8")
    with pytest.raises(StyleError) as refusal:
        load_own_styles(tmp_path)
    assert refusal.value.reason == NotAStyle(path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format": 2}', '{"format": 1, "name": "x"}'])
def test_a_file_that_is_not_a_style_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text, "utf-8")
    with pytest.raises(StyleError, match=r"odd\.json"):
        load_own_styles(tmp_path)


def test_a_vector_of_another_width_is_refused(
    tmp_path: Path, style: OwnStyle, exact: Artefact
) -> None:
    save_style(tmp_path, style)
    path = tmp_path / "my ballads.json"
    content = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(content | {"vector": [1.0, 2.0]}), "utf-8")
    with pytest.raises(ArtefactError) as refusal:
        with_own_styles(exact, tmp_path)
    assert refusal.value.reason == OwnStyleWidth("my ballads", 2, "tiny", 64)
