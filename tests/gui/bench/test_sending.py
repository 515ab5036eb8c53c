"""Every planned note is found again, with its lateness."""

import pytest

from bridge.midi.events import NoteOn
from bridge.playout.schedule import ScheduledEvent
from export.runtime.artefact import load_default_artefact
from gui.bench import sending
from tests.bridge.jack_server import need_jackd, watched_jack_server


def test_every_sent_note_is_found() -> None:
    found = sending.measure_sent(load_default_artefact(), 1, "loopback")
    assert found["planned"] == found["count"] == len(found["late_us"])
    assert found["lost"] == 0


@pytest.mark.device
def test_another_client_receives_every_note(monkeypatch: pytest.MonkeyPatch) -> None:
    need_jackd()
    monkeypatch.setattr("gui.bench.sending.jack_server", watched_jack_server)
    found = sending.measure_received(load_default_artefact(), 2)
    assert found["planned"] == 20
    assert found["lost"] == 0
    assert abs(found["constant_delay_ms"]) < 50


def test_a_lost_note_does_not_shift_the_others() -> None:
    planned = [
        ScheduledEvent(1000 * index, 0, NoteOn(0, 32 + index % 64, 80)) for index in range(10)
    ]
    received = [(32 + index % 64, 1000 * index + 7) for index in range(10) if index != 4]
    assert list(sending._delays(planned, received)) == [7] * 9  # noqa: SLF001 - its arithmetic
