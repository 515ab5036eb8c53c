"""The command that installs an optional part."""

import shlex
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from bridge.system.extras import install_command


@pytest.mark.parametrize(
    "extra,package",
    [("link", "aalink"), ("train", "torch"), ("sound", "miniaudio"), ("hear", "soundfile")],
)
def test_the_command_names_the_packages_themselves(extra: str, package: str) -> None:
    program, *words = shlex.split(install_command(extra))
    assert program == sys.executable
    assert words[:3] == ["-m", "pip", "install"]
    assert any(word.startswith(package) for word in words[3:])
    assert not any("antiphon" in word or ";" in word for word in words[3:])


def test_without_an_installation_the_command_is_make_setup(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.requires", missing)
    assert install_command("link") == "make setup"
