"""What `make run` installs may be passed on under Antiphon's licence."""

from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement

from dev.licences import installed, is_allowed, names_for_running


@pytest.mark.parametrize(
    "licence,allowed",
    [
        ("MIT", True),
        ("MIT License", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", True),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("BSD License; MIT License", True),
        ("MIT License; GNU General Public License v3 (GPLv3)", False),
        ("GPL-2.0-only", False),
        ("GPL-3.0-or-later AND MIT", False),
        ("MIT AND GPL-3.0-only OR GPL-2.0-only", False),
        ("(MIT OR GPL-2.0-only) AND GPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("Proprietary", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_a_licence_is_allowed_if_one_choice_has_only_allowed_parts(
    licence: str, *, allowed: bool
) -> None:
    assert is_allowed(licence) is allowed


def test_all_that_runs_has_an_allowed_licence() -> None:
    found = installed()
    running = names_for_running() & found.keys()
    assert {"numpy", "onnxruntime-gpu", "pyside6-essentials", "wasmtime"} <= running
    refused = {name: found[name][1] for name in running if not is_allowed(found[name][1])}
    assert refused == {}


def test_the_gpl_of_link_comes_with_an_extra_only() -> None:
    found = installed()
    assert not is_allowed(found["aalink"][1])
    assert "aalink" not in names_for_running()
    named = map(Requirement, requires("antiphon") or ())
    extras = [str(each.marker) for each in named if each.name == "aalink"]
    assert extras
    assert all(marker.startswith("extra == ") for marker in extras)
