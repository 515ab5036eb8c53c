"""The project as one thing: what its wheel holds, what it depends on, what its front door loads."""

import re
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PACKAGES = ("assets", "bridge", "export", "gui", "model")

# What `antiphon --help` must not wait for.
HEAVY = ("PySide6", "matplotlib", "numpy", "onnxruntime", "torch")

# sys_platform, platform_machine and the ONNX Runtime that belongs there.
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
    """Return (name, version range) of what is installed with an extra in an environment."""
    asked = {"extra": extra, **environment}
    return [
        (requirement.name, str(requirement.specifier))
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(asked)
    ]


def test_wheel_holds_every_file_of_every_package_and_no_other(wheel: Path) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == ours
    assert any(name.startswith("assets/demo/") and name.endswith(".mid") for name in shipped)


def test_wheel_puts_antiphon_on_the_path(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith(".dist-info/entry_points.txt")]
        assert "antiphon = gui.cli:main" in archive.read(name).decode().splitlines()


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


def test_the_command_line_loads_nothing_heavy() -> None:
    listing = subprocess.run(
        [sys.executable, "-c", "import gui.cli, sys; print(*sys.modules)"],
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


def documented(program: str) -> list[str]:
    """Return the words that follow a program's name in the README's code."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    return sorted(set(re.findall(rf"(?<![\w.]){program} ([a-z]+)\b", code)))


def test_every_target_in_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test"} <= set(documented("make")) <= targets


def test_every_command_in_the_readme_exists() -> None:
    commands = documented("antiphon")
    assert {"demo", "jam", "continue"} <= set(commands)
    for command in commands:
        subprocess.run(
            [sys.executable, "-c", "from gui.cli import main; main()", command, "--help"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
