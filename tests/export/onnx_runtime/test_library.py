"""onnxruntime sends nothing and keeps nothing, whatever its environment says."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from export.onnx_runtime.library import TELEMETRY_OFF

ROOT = Path(__file__).parents[3]
FOLDERS = ("assets", "bridge", "dev", "export", "gui", "model", "tests")
LIBRARY = ROOT / "export" / "onnx_runtime" / "library.py"

CONTROLS = (Path(__file__), ROOT / "tests" / "network" / "test_network.py")
"""Tests that show what onnxruntime does by itself."""

OURS = "from export.onnx_runtime.library import ort"
THEIRS = "import onnxruntime as ort"
OPEN = "; import sys; ort.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])"
GRAPH = ROOT / "assets" / "antiphon-small" / "cpu.onnx"


def files_after(folder: Path, code: str, value: str | None) -> list[str]:
    """Return the files that a program leaves in a new home and among the temporary files."""
    (folder / "home").mkdir()
    (folder / "temporary").mkdir()
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "temporary"),
    }
    if value is not None:
        variables[TELEMETRY_OFF] = value
    subprocess.run([sys.executable, "-c", code, GRAPH], cwd=folder, env=variables, check=True)
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("value", [None, "", "0", "1", "2", "false", "no", "true"])
def test_telemetry_is_off_whatever_the_environment_says(tmp_path: Path, value: str | None) -> None:
    assert files_after(tmp_path, OURS + OPEN, value) == []


def test_without_this_module_a_device_is_identified(tmp_path: Path) -> None:
    """The test above can fail: the library that is installed has telemetry."""
    assert "deviceid" in files_after(tmp_path, THEIRS + OPEN, None)


def test_child_processes_inherit_the_variable() -> None:
    show = f"import os; print(os.environ.get('{TELEMETRY_OFF}'))"
    child = subprocess.run(
        [sys.executable, "-c", show], stdout=subprocess.PIPE, text=True, check=True
    )
    assert child.stdout == "1\n"


def imports_onnxruntime(node: ast.AST) -> bool:
    """Return whether a node imports onnxruntime, or is a program's text that does."""
    match node:
        case ast.Import(names):
            imported = [alias.name for alias in names]
        case ast.ImportFrom(module):
            imported = [module or ""]
        case ast.Call(
            func=ast.Name(id="__import__") | ast.Attribute(attr="import_module" | "importorskip"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            imported = [name]
        case ast.Constant(value=str(text)):
            return re.search(r"\b(import|from) onnxruntime\b", text) is not None
        case _:
            return False
    return any(name.partition(".")[0] == "onnxruntime" for name in imported)


def programs() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (ROOT / folder).rglob("*.py")


def test_nothing_else_imports_onnxruntime() -> None:
    importing = {
        path
        for path in programs()
        if any(map(imports_onnxruntime, ast.walk(ast.parse(path.read_text("utf-8")))))
    }
    assert importing == {LIBRARY, *CONTROLS}
