"""What is simulated is what would be played."""

from export.artefact import default_artefact
from gui.bench import live


def test_a_jam_goes_on_for_as_long_as_it_should() -> None:
    found = live.hour(default_artefact(), 2)
    # Phrases of 4 s and answers as long take turns: three of each in half a minute.
    heard = 2 * 60 / 8.5 * 32
    assert heard < found["notes"] < 3 * heard
    assert found["tokens"] > 2 * found["notes"]
    for minute in ("first_minute", "last_minute"):
        assert found[minute]["jam"]["count"] == found[minute]["fresh"]["count"] > 0


def test_notes_come_faster_than_they_are_played() -> None:
    found = live.sustained(default_artefact())
    assert found["notes"] > 60
    assert found["times_real_time"] > 1
    assert found["this_music_times_real_time"] > 1
