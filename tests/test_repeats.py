"""A device test is repeated if its server has lost periods, and not otherwise."""

import pytest

pytest_plugins = ["pytester"]

SUITE = """
    from itertools import count
    import pytest
    from tests.repeats import LOST_PERIODS

    attempts, modules = count(1), count(1)
    lost = 0

    @pytest.fixture(scope="session")
    def server():
        with LOST_PERIODS.watched("the server", lambda: lost):
            yield "the server"

    @pytest.fixture(scope="session")
    def other_server():
        with LOST_PERIODS.watched("the other server", lambda: lost):
            yield "the other server"

    @pytest.fixture(scope="module")
    def recorded():
        return next(modules)

    def lose(periods):
        global lost
        lost += periods
"""


def run(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    """Run a suite of one or more tests beside the servers of `SUITE`."""
    pytester.makeini("[pytest]\nmarkers = device\n")
    source = pytester.makepyfile(SUITE)
    with source.open("a", encoding="utf-8") as file:
        file.write(test)
    return pytester.runpytest_inprocess("-p", "tests.repeats", "-p", "no:randomly", *options)


def test_a_failure_without_lost_periods_counts_at_once(pytester: pytest.Pytester) -> None:
    found = run(
        pytester,
        """
@pytest.mark.device
def test_it(server):
    assert next(attempts) > 1
""",
    )
    found.assert_outcomes(failed=1)
    found.stdout.no_fnmatch_line("*repeated tests*")


def test_a_failure_after_lost_periods_is_repeated_and_reported(pytester: pytest.Pytester) -> None:
    found = run(
        pytester,
        """
@pytest.mark.device
def test_it(server):
    if next(attempts) == 1:
        lose(3)
        pytest.fail("too late")
""",
    )
    found.assert_outcomes(passed=1)
    found.stdout.fnmatch_lines(
        ["*repeated tests*", "*::test_it: Failed: too late (periods lost: 3)"]
    )


def test_a_test_that_fails_three_times_is_failed(pytester: pytest.Pytester) -> None:
    found = run(
        pytester,
        """
@pytest.mark.device
def test_it(server):
    lose(next(attempts))
    pytest.fail("too late")

def test_how_often():
    assert next(attempts) == 4
""",
    )
    found.assert_outcomes(failed=1, passed=1)
    found.stdout.fnmatch_lines(["*(periods lost: 1)", "*(periods lost: 2)"])
    found.stdout.no_fnmatch_line("*(periods lost: 3)")


def test_a_test_that_passes_is_not_repeated(pytester: pytest.Pytester) -> None:
    found = run(
        pytester,
        """
@pytest.mark.device
def test_it(server):
    lose(1)
    assert next(attempts) == 1
""",
    )
    found.assert_outcomes(passed=1)
    found.stdout.no_fnmatch_line("*repeated tests*")


def test_a_failure_in_the_teardown_is_repeated(pytester: pytest.Pytester) -> None:
    found = run(
        pytester,
        """
@pytest.fixture
def checked(server):
    yield
    if next(attempts) == 1:
        lose(1)
        pytest.fail("a warning in the log")

@pytest.mark.device
def test_it(checked):
    pass
""",
    )
    found.assert_outcomes(passed=1)
    found.stdout.fnmatch_lines(["*(periods lost: 1)"])


def test_the_periods_of_a_server_that_the_test_does_not_use_do_not_count(
    pytester: pytest.Pytester,
) -> None:
    found = run(
        pytester,
        """
@pytest.mark.device
def test_first(other_server):
    pass

@pytest.mark.device
def test_it():
    lose(1)
    assert next(attempts) > 1
""",
    )
    found.assert_outcomes(passed=1, failed=1)


def test_a_server_that_the_test_itself_starts_counts(pytester: pytest.Pytester) -> None:
    found = run(
        pytester,
        """
@pytest.mark.device
def test_it():
    with LOST_PERIODS.watched("its own", lambda: 2):
        assert next(attempts) > 1
""",
    )
    found.assert_outcomes(passed=1)
    found.stdout.fnmatch_lines(["*(periods lost: 2)"])


def test_a_test_without_a_device_is_not_repeated(pytester: pytest.Pytester) -> None:
    found = run(
        pytester,
        """
def test_it(server):
    lose(1)
    assert next(attempts) > 1
""",
    )
    found.assert_outcomes(failed=1)


def test_fixtures_of_the_module_run_again(pytester: pytest.Pytester) -> None:
    found = run(
        pytester,
        """
@pytest.mark.device
def test_it(server, recorded):
    lose(recorded == 1)
    assert recorded == 2

def test_next(recorded):
    assert recorded == 2
""",
    )
    found.assert_outcomes(passed=2)


@pytest.mark.parametrize("options", [(), ("--numprocesses", "1")])
def test_the_counts_can_begin_with_a_fixture(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    found = run(
        pytester,
        """
from tests.repeats import counts_before

@pytest.fixture(scope="module")
def take(server):
    before = LOST_PERIODS.counts()
    number = next(modules)
    lose(number == 1)
    return number, before

@pytest.fixture(autouse=True)
def _since_the_take(take, request):
    request.node.stash[counts_before] = take[1]

@pytest.mark.device
def test_first(take):
    pass

@pytest.mark.device
def test_second(take):
    assert take[0] == 2
""",
        *options,
    )
    found.assert_outcomes(passed=2)
    found.stdout.fnmatch_lines(["*::test_second: *(periods lost: 1)"])
