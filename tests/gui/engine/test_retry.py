"""When to try again: at longer and longer intervals."""

from gui.engine.retry import MAX_RETRY_NS, MIN_RETRY_NS, RetryTimer

NOW_NS = 10**12


def interval_ns(timer: RetryTimer) -> int:
    """Return the interval after a failure now, found by bisection."""
    low, high = 0, 2 * MAX_RETRY_NS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if timer.is_due(NOW_NS + middle) else (middle, high)
    return high


def test_the_first_attempt_is_due_at_once() -> None:
    assert RetryTimer().is_due(0)


def test_the_interval_doubles_up_to_the_longest() -> None:
    timer, found = RetryTimer(), []
    for _ in range(8):
        timer.record_failure(NOW_NS)
        found.append(interval_ns(timer))
    assert found == [min(MIN_RETRY_NS * 2**n, MAX_RETRY_NS) for n in range(8)]


def test_a_reset_or_a_long_success_starts_again_with_the_first_interval() -> None:
    timer = RetryTimer()
    timer.record_failure(NOW_NS)
    timer.reset()
    assert timer.is_due(0)
    timer.record_failure(NOW_NS)
    assert interval_ns(timer) == MIN_RETRY_NS
    timer.record_failure(NOW_NS, worked_ns=MAX_RETRY_NS)
    assert interval_ns(timer) == MIN_RETRY_NS
