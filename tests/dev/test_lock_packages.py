"""The lock files hold what pyproject.toml asks for, in its ranges, each file with a checksum."""

import re
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from dev.lock_packages import LOCKS, UNLOCKED, build_requirements, locked

ROOT = Path(__file__).parents[2]

# The machines on which the lock files are installed (dev/setup), and others that they name.
LINUX = {"sys_platform": "linux", "platform_machine": "x86_64", "platform_system": "Linux"}
MACHINES = [
    LINUX | {"python_version": "3.11", "python_full_version": "3.11.7"},
    LINUX | {"python_version": "3.12", "python_full_version": "3.12.1"},
    LINUX | {"python_version": "3.13", "python_full_version": "3.13.0"},
    {
        "sys_platform": "win32",
        "platform_machine": "AMD64",
        "platform_system": "Windows",
        "python_version": "3.11",
        "python_full_version": "3.11.7",
    },
]
HOST = re.compile(r"https?:|\w\.(org|com|net|io)\b|^-", re.MULTILINE)


@cache
def project() -> dict[str, list[Requirement]]:
    """Return the requirements of the project by extra; those of the app by "" ."""
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"": facts["dependencies"], **facts["optional-dependencies"]}
    return {name: [Requirement(line) for line in lines] for name, lines in groups.items()}


def asked_for(extras: tuple[str, ...]) -> list[Requirement]:
    """Return the requirements of the app and of extras, which may name others."""
    found = list(project()[""])
    for extra in extras:
        for requirement in project()[extra]:
            if requirement.name == "antiphon":
                found += asked_for(tuple(sorted(requirement.extras)))
            else:
                found.append(requirement)
    return found


def pinned(path: Path) -> list[tuple[Requirement, list[str]]]:
    """Return the packages of a lock, with the checksums of each."""
    entries = re.findall(
        r"^(\w.*?)((?: \\\n    --hash=.*)*)$", path.read_text("utf-8"), re.MULTILINE
    )
    return [
        (Requirement(line), re.findall(r"--hash=(\S+)", checksums)) for line, checksums in entries
    ]


def on(machine: dict[str, str], requirement: Requirement) -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate(machine)


@pytest.mark.parametrize("purpose", LOCKS)
def test_each_line_is_a_version_with_checksums(purpose: str) -> None:
    path, _ = LOCKS[purpose]
    text = path.read_text("utf-8")
    assert not HOST.search(text)
    for requirement, checksums in pinned(path):
        [version] = requirement.specifier
        assert version.operator == "==", requirement
        assert checksums, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in checksums), requirement
    entries = [line for line in text.splitlines() if not line.startswith((" ", "#"))]
    assert len(entries) == len(pinned(path)) > 30


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("purpose", LOCKS)
def test_what_pyproject_asks_for_is_locked_within_its_range(
    purpose: str, machine: dict[str, str]
) -> None:
    path, extras = LOCKS[purpose]
    here: dict[str, Version] = {}
    for requirement, _ in pinned(path):
        if on(machine, requirement):
            name = canonicalize_name(requirement.name)
            assert name not in here, requirement
            here[name] = Version(next(iter(requirement.specifier)).version)
    for requirement in [*asked_for(extras), *map(Requirement, build_requirements())]:
        name = canonicalize_name(requirement.name)
        if on(machine, requirement) and not UNLOCKED.match(name):
            assert name in here, "run `make lock`"
            assert requirement.specifier.contains(here[name]), "run `make lock`"


@pytest.mark.parametrize("purpose", LOCKS)
def test_what_the_locked_packages_need_is_locked_too(purpose: str) -> None:
    """So pip, which accepts only what has a checksum, can install it."""
    path, _ = LOCKS[purpose]
    names = {canonicalize_name(each.name) for each, _ in pinned(path) if on(MACHINES[0], each)}
    for name in names:
        try:
            needed = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue  # a tool that no test needs
        wanted = (each for each in needed if on(MACHINES[0] | {"extra": ""}, each))
        assert {canonicalize_name(each.name) for each in wanted} <= names, name


def test_both_locks_have_the_same_versions() -> None:
    run, test = (
        {(each.name, str(each.specifier), str(each.marker)) for each, _ in pinned(LOCKS[name][0])}
        for name in ("run", "test")
    )
    assert run <= test


def test_each_requirement_has_an_upper_bound() -> None:
    for requirements in project().values():
        for requirement in requirements:
            operators = {each.operator for each in requirement.specifier}
            assert requirement.name == "antiphon" or operators & {"<", "=="}, requirement


def test_torch_is_left_out_and_its_neighbours_are_kept() -> None:
    text = (
        "numpy==2.4.6 \\\n    --hash=sha256:1\ntorch==2.13.0 \\\n    --hash=sha256:2\n"
        "nvidia-nccl-cu13==2.29.7 ; sys_platform == 'linux' \\\n    --hash=sha256:3\n"
        "torchmetrics==1.0 \\\n    --hash=sha256:4\n"
    )
    kept = "".join(locked(text))
    assert kept == (
        "numpy==2.4.6 \\\n    --hash=sha256:1\ntorchmetrics==1.0 \\\n    --hash=sha256:4\n"
    )
