"""What the doctor makes of what the I/O process says; the rest of it runs in `test_cli`."""

from bridge.playout.problem import NoJackServer, NoSuchPort
from bridge.playout.protocol import FromIo, PortNames, Problem, Ready
from gui.commands.doctor import describe_ports
from gui.wording import advice

REFUSED = Problem(NoJackServer())


def told(platform: str, *heard: FromIo) -> list[str]:
    return list(describe_ports(heard, platform))


def test_open_ports_are_told_as_the_window_tells_them() -> None:
    opened = Ready("rtmidi", "Antiphon in", "Antiphon out")
    assert told("linux", opened, PortNames(("keys",), ())) == [
        f"MIDI: {advice.describe_open_ports('rtmidi', 'Antiphon in', 'Antiphon out', 'linux')}",
        "MIDI ports to listen on: keys",
        "MIDI ports to play on: none",
    ]


def test_where_nothing_opens_it_says_once_why_and_what_to_do() -> None:
    assert told("linux", REFUSED, REFUSED) == [
        "MIDI: There is no JACK server; start JACK or PipeWire.",
        f"MIDI: {advice.midi_remedy('linux')}",
    ]
    assert str(advice.midi_remedy("win32")) in "".join(
        told("win32", REFUSED, PortNames(("a",), ("b",)))
    )


def test_a_port_that_is_not_there_is_no_sickness_of_the_system() -> None:
    missing = Problem(NoSuchPort("harp", ("synth",)))
    assert str(advice.midi_remedy("linux")) not in "".join(
        told("linux", missing, PortNames(("synth",), ("synth",)))
    )


def test_an_io_process_that_says_nothing_is_helped_too() -> None:
    assert told("darwin") == [f"MIDI: {advice.midi_remedy('darwin')}"]
