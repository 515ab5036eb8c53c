"""Fixtures of the plugin's tests: compilers, the plugin in all formats, a host and an app."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bridge.plugin.app import App
from tests.bridge.plugin.host import Host, Track

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PLUGIN = ROOT / "bridge" / "plugin"
DPF = Path(os.environ.get("DPF_PATH", "/usr/share/dpf"))

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wnon-virtual-dtor", "-Werror")

Compile = Callable[..., Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests in one of several processes: they build into one folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("plugin"))


def need(there: bool, text: str) -> None:  # noqa: FBT001 - a condition and what it means
    """Skip a test if something is missing, but fail if that is promised."""
    if there:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


@pytest.fixture(scope="session")
def compile_cpp(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Return a function that compiles a C++ file of this folder, with options, to a program."""
    need(shutil.which("g++") is not None, "there is no C++ compiler (Debian: apt-get install g++)")

    def compile_cpp(name: str, *options: str) -> Path:
        program = tmp_path_factory.mktemp("program") / name
        command = ["g++", "-std=c++17", "-O1", "-pthread", *WARNINGS, f"-I{PLUGIN}", *options]
        command += [str(HERE / f"{name}.cpp"), "-o", str(program), "-ldl"]
        subprocess.run(command, check=True)
        return program

    return compile_cpp


@pytest.fixture(scope="session")
def plugins() -> Path:
    """Build the plugin in all formats; return their folder."""
    need(
        (DPF / "Makefile.plugins.mk").exists() and shutil.which("make") is not None,
        "DPF is not installed (Debian: apt-get install make dpf-source)",
    )
    need(shutil.which("g++") is not None, "there is no C++ compiler (Debian: apt-get install g++)")
    subprocess.run(
        ["make", "--silent", "-C", PLUGIN, "STRICT=-Werror"], check=True, stdout=subprocess.DEVNULL
    )
    return ROOT / "build" / "plugin"


@pytest.fixture(scope="session")
def clap_host(compile_cpp: Compile, plugins: Path) -> Callable[[str], Host]:
    """Return a function that starts a host whose plugin looks for the app at a place."""
    program = compile_cpp("clap_host", "-isystem", str(DPF / "distrho" / "src"))
    return lambda at: Host(program, plugins / "Antiphon.clap", at)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose path is short enough for a socket."""
    return tmp_path_factory.mktemp("p")


@pytest.fixture
def app(folder: Path) -> Iterator[App]:
    """Open the app's end of the wire."""
    app = App(str(folder))
    yield app
    app.close()


@pytest.fixture
def host(clap_host: Callable[[str], Host], app: App) -> Iterator[Host]:
    """Run a host whose plugin sends to the app."""
    host = clap_host(app.at)
    yield host
    host.close()


@pytest.fixture
def track(host: Host, app: App) -> Track:
    """Return a track whose plugin has joined the app."""
    return Track(host, app)
