"""The project as a whole: its wheel, its dependencies, and what the command line loads."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from functools import cache
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PACKAGES = ("assets", "bridge", "export", "gui", "model")

# What `antiphon --help` must not load.
HEAVY = ("PySide6", "matplotlib", "numpy", "onnxruntime", "torch")

# sys_platform, platform_machine and the matching ONNX Runtime.
PLATFORMS = [
    ("linux", "x86_64", "onnxruntime-gpu"),
    ("linux", "aarch64", "onnxruntime"),
    ("darwin", "arm64", "onnxruntime"),
    ("darwin", "x86_64", "onnxruntime"),
    ("win32", "AMD64", "onnxruntime-gpu"),
    ("win32", "ARM64", "onnxruntime"),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture(scope="module")
def requirements(wheel: Path) -> list[Requirement]:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
    return [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]


def names_for(
    requirements: list[Requirement], extra: str = "", **environment: str
) -> list[tuple[str, str]]:
    """Return (name, version range) of the packages of an extra in an environment."""
    asked = {"extra": extra, **environment}
    return [
        (requirement.name, str(requirement.specifier))
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(asked)
    ]


@cache
def excluded() -> tuple[str, ...]:
    """Return what pyproject.toml excludes from the wheel, as paths from the root."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]
    return tuple(path.removeprefix("/") for path in listed)


def in_wheel(path: str) -> bool:
    return not any(path == left or path.startswith(f"{left}/") for left in excluded())


def imported(path: Path) -> Iterator[str]:
    """Yield the files of this project that a module imports when it is loaded."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            yield f"{name.replace('.', '/')}.py"
            yield f"{name.replace('.', '/')}/__init__.py"


def test_the_wheel_has_every_file_that_is_not_excluded(wheel: Path) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    ours = {path for path in ours if in_wheel(path)}
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == ours
    assert any(name.startswith("assets/demo/") and name.endswith(".mid") for name in shipped)


def test_excluded_files_exist_and_are_not_imported_by_the_wheel() -> None:
    for name in excluded():
        assert (ROOT / name).exists(), name
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if in_wheel(path.relative_to(ROOT).as_posix()):
                missing = [name for name in imported(path) if not in_wheel(name)]
                assert missing == [], path


def test_every_package_is_typed_as_the_classifiers_say(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)


def test_wheel_puts_antiphon_on_the_path(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith(".dist-info/entry_points.txt")]
        assert "antiphon = gui.commands.cli:main" in archive.read(name).decode().splitlines()


@pytest.mark.parametrize("platform,machine,runtime", PLATFORMS)
def test_each_platform_gets_one_onnxruntime(
    requirements: list[Requirement], platform: str, machine: str, runtime: str
) -> None:
    base = names_for(requirements, sys_platform=platform, platform_machine=machine)
    assert [name for name, _ in base if name.startswith("onnxruntime")] == [runtime]
    cuda = names_for(requirements, "cuda", sys_platform=platform, platform_machine=machine)
    assert {name for name, _ in cuda if name.startswith("onnxruntime")} == {runtime}


def test_torch_comes_with_training_only(requirements: list[Requirement]) -> None:
    assert "torch" not in dict(names_for(requirements))
    assert dict(names_for(requirements, "train"))["torch"] == "==2.13.0"


def test_benchmark_packages_are_not_needed_for_jamming(
    requirements: list[Requirement],
) -> None:
    core = dict(names_for(requirements))
    assert {"numpy", "mido", "pyside6-essentials"} <= set(core)
    assert {"matplotlib", "psutil"}.isdisjoint(core)
    assert {"matplotlib", "psutil"} <= set(dict(names_for(requirements, "bench")))
    assert {"miniaudio", "wasmtime"} <= set(dict(names_for(requirements, "sound")))


def test_no_text_advises_an_install_from_an_index() -> None:
    files = [*ROOT.glob("*.md"), *(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))]
    advice = re.compile(r"pip install[^`\n]*antiphon\[")
    advised = [
        path.relative_to(ROOT)
        for path in files
        if path.name != "extras.py" and advice.search(path.read_text("utf-8"))
    ]
    assert advised == []


def test_the_command_line_loads_nothing_heavy() -> None:
    listing = subprocess.run(
        [sys.executable, "-c", "import gui.commands.cli, sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {name.partition(".")[0] for name in listing.split()}.isdisjoint(HEAVY)


def test_ci_calls_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[0] == "#!/bin/sh"
    assert lines[1:] == ['cd "$(dirname "$0")/.." && exec make test']


def test_a_commit_is_checked_as_make_check_does() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert re.findall(r"^ +entry: (.*)$", hooks, re.MULTILINE) == ["make check"]


def documented(program: str) -> list[str]:
    """Return the words that follow a program's name in the README's code."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    return sorted(set(re.findall(rf"(?<![\w.]){program} ([a-z-]+)(?![\w-])", code)))


def test_every_documented_target_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test"} <= set(documented("make")) <= targets


def test_every_command_in_the_readme_exists() -> None:
    commands = documented("antiphon")
    assert {"demo", "jam", "continue"} <= set(commands)
    for command in commands:
        subprocess.run(
            [sys.executable, "-c", "from gui.commands.cli import main; main()", command, "--help"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
