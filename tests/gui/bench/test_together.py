"""The stream check finds errors, and half a minute of real playing has none."""

from itertools import pairwise

import pytest

from export.runtime.artefact import load_default_artefact
from gui.bench.together import StreamCheck, measure_together, plan_notes
from tests.bridge.jack_server import need_jackd, watched_jack_server

ON, OFF = [0x90, 60, 80], [0x80, 60, 64]


@pytest.mark.parametrize(
    "messages,found",
    [
        ([ON, OFF, ON, OFF], StreamCheck(2, 0, 0)),
        ([ON, [0x90, 60, 0], [0xC0, 5]], StreamCheck(1, 0, 0)),
        ([ON], StreamCheck(1, 1, 0)),
        ([ON, ON, OFF], StreamCheck(2, 0, 1)),
        ([ON, [0x81, 60, 0], OFF], StreamCheck(1, 0, 0)),
    ],
)
def test_the_stream_check_finds_errors(messages: list[list[int]], found: StreamCheck) -> None:
    assert StreamCheck.from_messages(messages) == found


def test_the_player_pauses_and_ends_every_note() -> None:
    planned = plan_notes(60)
    assert plan_notes(60) == planned != plan_notes(60, seed=1)
    assert 100 < sum(message[0] == 0x90 for _, message in planned) < 900
    assert sum(message[0] == 0x90 for _, message in planned) * 2 == len(planned)
    gaps = [later - sooner for (sooner, _), (later, _) in pairwise(planned)]
    assert max(gaps) > 48_000


@pytest.mark.device
@pytest.mark.slow
def test_half_a_minute_together_has_no_hanging_or_late_notes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need_jackd()
    monkeypatch.setattr("gui.bench.together.jack_server", watched_jack_server)
    found = measure_together(load_default_artefact(), 30)
    assert found["played"] > 50
    assert found["answered"] > 10
    assert (found["hanging"], found["releases_lost"]) == (0, 0)
    assert found["dropped_share"] <= 0.02  # of few notes; `antiphon bench` runs ten minutes
