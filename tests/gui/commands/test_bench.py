"""The messages of `antiphon bench` where it cannot run; `tests/gui/bench` has its other tests."""

from importlib.machinery import ModuleSpec
from importlib.util import find_spec

import pytest

from gui.commands import bench, cli


@pytest.mark.parametrize(
    "missing,advice",
    [("gui.bench", "in a checkout, type `make setup`"), ("psutil", "-m pip install")],
)
def test_a_missing_package_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str, advice: str
) -> None:
    def find(name: str) -> ModuleSpec | None:
        return None if name == missing else find_spec(name)

    monkeypatch.setattr(bench, "find_spec", find)
    with pytest.raises(SystemExit) as left:
        cli.app(["bench"])
    assert left.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert advice in said.err
