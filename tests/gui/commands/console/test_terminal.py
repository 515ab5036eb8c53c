"""Signals that ask a command to end: anywhere, or where the command looks."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from threading import Event

import pytest

from gui.commands.console.terminal import interruptible

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
KINDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Let no signal be ignored, as a shell may have left it."""
    before = {kind: signal.signal(kind, signal.default_int_handler) for kind in KINDS}
    yield
    for kind, handler in before.items():
        signal.signal(kind, handler)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_signal_interrupts_a_command(kind: signal.Signals) -> None:
    with interruptible() as interruption:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(kind)
        signal.raise_signal(kind)  # it is ending already
    assert interruption.is_wanted


class Interrupted:
    """Interrupts its process in the one place where Python drops exceptions."""

    def __init__(self, kind: signal.Signals) -> None:
        self.kind = kind

    def __del__(self) -> None:
        signal.raise_signal(self.kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_interruption_that_python_drops_comes_again(kind: signal.Signals) -> None:
    hook = sys.unraisablehook
    with interruptible() as interruption:
        with pytest.raises(KeyboardInterrupt):
            drop_and_wait(kind)
        assert interruption.is_wanted
    assert sys.unraisablehook is hook


def drop_and_wait(kind: signal.Signals) -> None:
    objects = [Interrupted(kind)]
    objects.clear()
    Event().wait(30)
    pytest.fail("the interruption did not come again")


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_that_looks_is_interrupted_nowhere_else(kind: signal.Signals) -> None:
    with interruptible(at_checks=True) as interruption:
        interruption.check()
        was_wanted = interruption.is_wanted
        signal.raise_signal(kind)
        assert (was_wanted, interruption.is_wanted) == (False, True)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()


def test_a_signal_ends_the_wait_of_a_command_that_looks() -> None:
    with interruptible(at_checks=True) as interruption:
        assert select.select([interruption.wakeup], [], [], 0)[0] == []
        signal.raise_signal(signal.SIGTERM)
        assert select.select([interruption.wakeup], [], [], 10)[0] == [interruption.wakeup]


def test_the_handlers_of_before_are_there_again() -> None:
    before = [signal.getsignal(kind) for kind in KINDS]
    with interruptible():
        assert [signal.getsignal(kind) for kind in KINDS] != before
    assert [signal.getsignal(kind) for kind in KINDS] == before
    assert signal.set_wakeup_fd(-1) == -1
