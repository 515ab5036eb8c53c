"""`dev/setup` on simulated machines: no root, an old Python, nothing missing.

The script runs in an empty project with its own PATH. The programs that it calls there are scripts
of three lines, which write their name and arguments to a log.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "dev" / "setup"

# The programs that the script needs from the system, besides the simulated ones.
TOOLS = ("bash", "chmod", "cp", "dirname", "env", "mkdir", "sort", "touch", "tr", "true")


class Machine:
    """A project folder, a PATH and a log of the calls."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.bin = folder / "bin"
        self.log = folder / "log"
        (self.project / "dev").mkdir(parents=True)
        shutil.copy(SETUP, self.project / "dev" / "setup")
        self.bin.mkdir()
        self.log.touch()
        for tool in TOOLS:
            real = shutil.which(tool)
            assert real is not None
            (self.bin / tool).symlink_to(real)
        self.program("uname", "echo Linux")
        self.program("id", "echo 1000")
        self.program("sudo", "exit 1")
        self.program("apt-cache", "exit 0")
        self.program("apt-get", "exit 0")
        self.program("dpkg-query", "echo -n installed")
        self.program(
            "python3.11",
            'if [ "$2" = venv ]; then mkdir -p .venv/bin && cp "$0" .venv/bin/python; fi',
        )

    def program(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self.log}"\n{body}\n')
        path.chmod(0o755)

    def set_up(self, purpose: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.project / "dev" / "setup", purpose],
            env={"PATH": str(self.bin), "HOME": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, word: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if word in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_is_installed_if_nothing_is_missing(machine: Machine) -> None:
    assert machine.set_up("test").returncode == 0
    assert machine.calls("apt") == []


def test_running_needs_neither_torch_nor_test_tools(machine: Machine) -> None:
    assert machine.set_up("run").returncode == 0
    packages, app = machine.calls(" pip install")
    assert "--require-hashes" in packages
    assert packages.endswith("--requirement dev/lock-run.txt")
    assert app.endswith("--no-build-isolation --editable .[sound,hear]")
    assert machine.calls("xvfb") == []
    assert (machine.project / ".venv" / ".run-ready").exists()
    assert not (machine.project / ".venv" / ".test-ready").exists()


def test_testing_installs_training_and_tools(machine: Machine) -> None:
    assert machine.set_up("test").returncode == 0
    packages, app = machine.calls(" pip install")
    assert packages.endswith("--requirement dev/lock-test.txt")
    assert app.endswith("--no-build-isolation --editable .[train,dev]")
    assert (machine.project / ".venv" / ".run-ready").exists()
    assert (machine.project / ".venv" / ".test-ready").exists()


def test_where_the_locks_do_not_hold_the_ranges_do_and_one_sentence_says_so(
    machine: Machine,
) -> None:
    machine.program(
        "python3.11",
        'if [ "$2" = venv ]; then mkdir -p .venv/bin && cp "$0" .venv/bin/python; fi\n'
        '[ "$1" != - ]',
    )
    result = machine.set_up("run")
    assert result.returncode == 0
    [app] = machine.calls(" pip install")
    assert app.endswith("--editable .[sound,hear]")
    assert "--require-hashes" not in app
    assert result.stderr.count("lock files are for Python 3.11 and 3.12 on Linux") == 1


def test_a_package_with_another_checksum_ends_the_set_up(machine: Machine) -> None:
    machine.program(
        "python3.11",
        'if [ "$2" = venv ]; then mkdir -p .venv/bin && cp "$0" .venv/bin/python; fi\n'
        'case "$*" in *--require-hashes*) exit 1;; esac',
    )
    assert machine.set_up("run").returncode != 0
    assert len(machine.calls(" pip install")) == 1
    assert not (machine.project / ".venv" / ".run-ready").exists()


def test_it_ends_with_the_command_to_type(machine: Machine) -> None:
    assert "type .venv/bin/antiphon" in machine.set_up("run").stderr.splitlines()[-1]


def test_without_root_missing_packages_are_named_and_the_rest_continues(machine: Machine) -> None:
    machine.program("dpkg-query", 'case "$*" in *libegl1|*libasound2*) ;; *) echo installed;; esac')
    result = machine.set_up("run")
    assert result.returncode == 0
    assert "sudo apt-get install libasound2t64 libegl1" in result.stderr
    assert machine.calls("apt-get") == []
    assert (machine.project / ".venv" / ".run-ready").exists()


def test_root_installs_what_is_missing(machine: Machine) -> None:
    machine.program("id", "echo 0")
    machine.program("dpkg-query", 'case "$*" in *xvfb) ;; *) echo installed;; esac')
    assert machine.set_up("test").returncode == 0
    [install] = machine.calls("apt-get")
    assert install.endswith("install --yes --no-install-recommends xvfb")


def test_sudo_installs_if_it_needs_no_password(machine: Machine) -> None:
    machine.program("sudo", 'shift; exec "$@"')
    machine.program("dpkg-query", 'case "$*" in *xvfb) ;; *) echo installed;; esac')
    assert machine.set_up("test").returncode == 0
    assert machine.calls("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get")


def test_old_package_lists_are_fetched_again(machine: Machine) -> None:
    machine.program("id", "echo 0")
    machine.program("dpkg-query", 'case "$*" in *xvfb) ;; *) echo installed;; esac')
    machine.program(
        "apt-get", f'case "$*" in *install*) exec grep -q update "{machine.log}";; esac'
    )
    (machine.bin / "grep").symlink_to(shutil.which("grep") or "")
    assert machine.set_up("test").returncode == 0
    assert [call.split()[-1] for call in machine.calls("apt-get")] == ["xvfb", "update", "xvfb"]


def test_a_renamed_library_is_requested_by_its_known_name(machine: Machine) -> None:
    machine.program("dpkg-query", 'case "$*" in *libasound2*) ;; *) echo installed;; esac')
    machine.program("apt-cache", 'case "$*" in *t64) exit 1;; esac')
    assert "sudo apt-get install libasound2\n" in machine.set_up("run").stderr.replace(" \n", "\n")


def test_an_old_python_is_refused_in_one_sentence(machine: Machine) -> None:
    machine.program("python3.11", "exit 1")
    machine.program("python3", "exit 1")
    result = machine.set_up("run")
    assert result.returncode == 1
    assert result.stderr.startswith("antiphon: Python 3.11 or newer is needed")
    assert result.stderr.count("\n") == 1


def test_a_failed_install_leaves_no_stamp(machine: Machine) -> None:
    machine.program(
        "python3.11",
        'case "$2" in venv) mkdir -p .venv/bin && cp "$0" .venv/bin/python;; pip) exit 1;; esac',
    )
    assert machine.set_up("test").returncode != 0
    assert not (machine.project / ".venv" / ".run-ready").exists()
