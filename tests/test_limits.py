"""The size of packages, files and classes: small enough to understand at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bridge", "export", "gui", "model")
MAX_MODULES, MAX_LINES, MAX_ATTRIBUTES = 16, 400, 12
REASON = "# More than "
"""A larger class, or file, gives the reason in a comment that starts like this."""


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def attributes(node: ast.ClassDef) -> set[str]:
    """Return the fields of a class, and the attributes that its constructor sets."""
    fields = {n.target.id for n in node.body if isinstance(n, ast.AnnAssign)
              and isinstance(n.target, ast.Name)}  # fmt: skip
    makers = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    stored = {
        each.attr
        for maker in makers
        for each in ast.walk(maker)
        if isinstance(each, ast.Attribute)
        and isinstance(each.ctx, ast.Store)
        and isinstance(each.value, ast.Name)
        and each.value.id == "self"
    }
    return fields | stored


def test_no_package_has_too_many_modules() -> None:
    folders = {path.parent for path in modules()}
    assert len(folders) > 20
    counts = {
        folder.relative_to(ROOT).as_posix(): len(list(folder.glob("*.py"))) - 1
        for folder in folders
    }
    assert {folder: n for folder, n in counts.items() if n > MAX_MODULES} == {}


@pytest.mark.parametrize(
    "path", list(modules()), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_files_and_classes_are_small_or_give_a_reason(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        assert any(line.startswith(REASON) for line in lines[:40]), f"{len(lines)} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and len(attributes(node)) > MAX_ATTRIBUTES:
            body = lines[node.lineno - 1 : node.body[-1].end_lineno]
            assert any(line.strip().startswith(REASON) for line in body), (
                f"{node.name}: {len(attributes(node))} attributes"
            )
