"""The texts about ports, on each system."""

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


def test_if_the_system_answers_the_port_is_the_problem() -> None:
    wrong = NoSuchPort("harp", ("synth",))
    assert advice.advise_no_ports(wrong, "linux", responds=True) == sentence_of(wrong)
    refused = advice.advise_no_ports(NoJackServer(), "linux", responds=False)
    assert refused == advice.midi_remedy("linux")
    assert advice.advise_no_ports(None, "darwin", responds=True) == advice.midi_remedy("darwin")


def test_windows_answers_before_there_are_ports() -> None:
    text = advice.advise_no_ports(NoVirtualPorts("in", ()), "win32", responds=True)
    assert "loopMIDI" in str(text)


def test_only_linux_has_a_better_back_end() -> None:
    ways = "jack", "rtmidi", "loopback", "alsa"
    texts = {way: str(advice.describe_open_ports(way, "a", "b", "linux")) for way in ways}
    assert texts["jack"] == "Listens on a and plays on b, through JACK, exact to the sample."
    assert "PipeWire" in texts["rtmidi"]
    assert "no device" in texts["loopback"]
    assert "through alsa." in texts["alsa"]
    assert "PipeWire" not in str(advice.describe_open_ports("rtmidi", "a", "b", "darwin"))


@pytest.mark.parametrize(
    "own, plugin, word",
    [(True, False, "Connect Antiphon:out"), (False, False, "channel 1"), (True, True, "track")],
)
def test_silence_has_a_remedy_for_the_output(own: bool, plugin: bool, word: str) -> None:  # noqa: FBT001
    assert word in str(advice.advise_no_sound("Antiphon:out", own_port=own, plugin=plugin))


def test_a_connected_output_needs_no_connection() -> None:
    text = advice.advise_no_sound(
        "Antiphon:out", own_port=True, plugin=False, output_connected=True
    )
    assert str(text).startswith("What is connected to Antiphon:out gets them")


def test_with_the_synth_the_remedy_is_about_the_synth() -> None:
    sounds, cannot = SynthReady("JACK", 0), NoSoundFont()
    text = advice.advise_no_sound("Antiphon:out", own_port=True, plugin=False, synth_status=sounds)
    assert str(text).startswith("Antiphon sounds by itself, through JACK: see that the speakers")
    mute = advice.advise_no_sound("a", own_port=True, plugin=False, synth_status=cannot)
    assert mute == sentence_of(cannot)
