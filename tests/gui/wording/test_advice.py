"""What is said about ports, on each system."""

import pytest

from bridge.playout.problem import NoJackServer, NoSuchPort, NoVirtualPorts
from bridge.synth.policy import SynthReady
from bridge.synth.reason import NoSoundFont
from gui.wording import advice
from gui.wording.reasons import sentence_of


@pytest.mark.parametrize(
    "platform, word",
    [
        ("linux", "group audio"),
        ("linux", "JACK"),
        ("darwin", "IAC"),
        ("win32", "loopMIDI"),
        ("freebsd14", "MIDI service"),
    ],
)
def test_each_system_has_a_remedy(platform: str, word: str) -> None:
    assert word in str(advice.midi_remedy(platform))
    assert str(advice.midi_remedy(platform)).endswith(".")


def test_where_the_system_answers_the_port_is_what_is_wrong() -> None:
    wrong = NoSuchPort("harp", ("synth",))
    assert advice.advise_no_ports(wrong, "linux", responds=True) == sentence_of(wrong)
    refused = advice.advise_no_ports(NoJackServer(), "linux", responds=False)
    assert refused == advice.midi_remedy("linux")
    assert advice.advise_no_ports(None, "darwin", responds=True) == advice.midi_remedy("darwin")


def test_windows_answers_before_there_are_ports() -> None:
    told = advice.advise_no_ports(NoVirtualPorts("in", ()), "win32", responds=True)
    assert "loopMIDI" in str(told)


def test_only_on_linux_a_better_way_is_at_hand() -> None:
    ways = "jack", "rtmidi", "loopback", "alsa"
    told = {way: str(advice.describe_open_ports(way, "a", "b", "linux")) for way in ways}
    assert told["jack"] == "Listens on a and plays on b, through JACK, exact to the sample."
    assert "PipeWire" in told["rtmidi"]
    assert "no device" in told["loopback"]
    assert "through alsa." in told["alsa"]
    assert "PipeWire" not in str(advice.describe_open_ports("rtmidi", "a", "b", "darwin"))


@pytest.mark.parametrize(
    "own, plugin, word",
    [(True, False, "Connect Antiphon:out"), (False, False, "channel 1"), (True, True, "track")],
)
def test_what_is_not_heard_is_looked_for_where_it_goes(own: bool, plugin: bool, word: str) -> None:  # noqa: FBT001
    assert word in str(advice.advise_no_sound("Antiphon:out", own_port=own, plugin=plugin))


def test_what_is_connected_already_need_not_be() -> None:
    told = advice.advise_no_sound(
        "Antiphon:out", own_port=True, plugin=False, output_connected=True
    )
    assert str(told).startswith("What is connected to Antiphon:out gets them")


def test_where_the_synth_sounds_or_cannot_that_is_what_to_look_at() -> None:
    sounds, cannot = SynthReady(1, "JACK", 0), NoSoundFont()
    told = advice.advise_no_sound("Antiphon:out", own_port=True, plugin=False, synth_status=sounds)
    assert str(told).startswith("Antiphon sounds by itself, through JACK: see that the speakers")
    mute = advice.advise_no_sound("a", own_port=True, plugin=False, synth_status=cannot)
    assert mute == sentence_of(cannot)
