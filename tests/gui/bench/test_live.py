"""What is simulated is what would be played."""

from export.runtime.artefact import load_default_artefact
from gui.bench import live


def test_a_jam_goes_on_for_as_long_as_it_should() -> None:
    found = live.measure_hour(load_default_artefact(), 2)
    # Phrases of 4.4 s, answers as long or half as long, and a quarter of a second between.
    heard = 2 * 60 / 8.5 * 32
    assert heard < found["notes"] < 3 * heard
    told = found["messages"]
    # In each phrase three pauses come to nothing; every second answer is broken off.
    assert told["Speculate"] > 2 * told["Generate"] > 20
    assert told["Retract"] >= told["Generate"] // 2 - 1
    assert told["Advance"] > told["PlayerEvents"] // 4
    for minute in ("first_minute", "last_minute"):
        assert found[minute]["jam"]["count"] == found[minute]["fresh"]["count"] > 0


def test_notes_come_faster_than_they_are_played() -> None:
    found = live.measure_sustained(load_default_artefact())
    assert found["notes"] > 60
    assert found["times_real_time"] > 1
    assert found["this_music_times_real_time"] > 1
