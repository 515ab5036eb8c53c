"""The simulation does what a real session would do."""

from export.runtime.artefact import load_default_artefact
from gui.bench import live


def test_a_simulated_jam_has_the_right_length() -> None:
    found = live.measure_hour(load_default_artefact(), 2)
    # Phrases of 4.4 s, responses of the same or half the length, and pauses of a quarter second.
    played = 2 * 60 / 8.5 * 32
    assert played < found["notes"] < 3 * played
    messages = found["messages"]
    # Each phrase has three short pauses; every second response is interrupted.
    assert messages["Speculate"] > 2 * messages["Generate"] > 20
    assert messages["Retract"] >= messages["Generate"] // 2 - 1
    assert messages["Advance"] > messages["PlayerEvents"] // 4
    for minute in ("first_minute", "last_minute"):
        assert found[minute]["jam"]["count"] == found[minute]["fresh"]["count"] > 0


def test_notes_are_generated_faster_than_played() -> None:
    found = live.measure_sustained(load_default_artefact())
    assert found["notes"] > 60
    assert found["times_real_time"] > 1
    assert found["this_music_times_real_time"] > 1
