"""The queues between the main thread and a callback."""

import select
import threading

import pytest

from bridge.playout.protocol import OutputConnected, Panic, Silence
from bridge.ports.callback_queues import CallbackQueues


def is_readable(queues: CallbackQueues) -> bool:
    return bool(select.select([queues.wakeup], [], [], 0)[0])


def test_commands_arrive_in_order_and_once() -> None:
    queues, passed = CallbackQueues(), threading.Event()
    for command in (Silence(), passed, Panic()):
        queues.post(command)
    assert list(queues.pop_commands()) == [Silence(), passed, Panic()]
    assert list(queues.pop_commands()) == []
    queues.close()


def test_a_command_that_is_posted_meanwhile_is_left_to_the_next_call() -> None:
    queues = CallbackQueues()
    queues.post(Silence())
    for _ in queues.pop_commands():
        queues.post(Panic())
    assert list(queues.pop_commands()) == [Panic()]
    queues.close()


def test_a_report_wakes_the_main_thread() -> None:
    queues, report = CallbackQueues(), OutputConnected(connected=True)
    assert not is_readable(queues)
    callback = threading.Thread(target=queues.report, args=(report,))
    callback.start()
    callback.join()
    assert is_readable(queues)
    queues.clear_wakeup()
    assert not is_readable(queues)
    assert (queues.pop_reports(), queues.pop_reports()) == ([report], [])
    queues.close()


@pytest.mark.parametrize("closed", [False, True])
def test_waking_never_blocks_or_fails(*, closed: bool) -> None:
    queues = CallbackQueues()
    if closed:
        queues.close()
    for _ in range(100_000):  # more than a socket holds
        queues.wake()
    if not closed:
        queues.clear_wakeup()
        assert not is_readable(queues)
        queues.close()


def test_reports_can_be_read_after_closing() -> None:
    queues = CallbackQueues()
    queues.close()
    queues.report(OutputConnected(connected=False))
    assert queues.pop_reports() == [OutputConnected(connected=False)]
