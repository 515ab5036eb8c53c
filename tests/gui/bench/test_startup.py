"""The measured commands are those that a user starts, and they end without errors."""

from gui.bench import startup


def test_the_window_is_painted_and_closes_without_a_crash() -> None:
    """The child must end with status 0: a window that outlives the application crashes Qt."""
    assert 0 < startup._time_window() < 60_000_000_000  # noqa: SLF001 - once is enough


def test_jam_opens_its_ports() -> None:
    assert 0 < startup._time_jam() < 60_000_000_000  # noqa: SLF001 - (as above)
