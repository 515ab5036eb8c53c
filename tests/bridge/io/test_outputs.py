"""Ports and plugins: which side leads, what is reported, and ports that come back."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.io.outputs import Outputs
from bridge.io.port_keeper import AGAIN_NS, CABLE_NS, CHECK_NS, LATER_NS
from bridge.midi.controls import Control
from bridge.midi.events import (
    ChannelEvent,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    ProgramChange,
    TimedEvent,
)
from bridge.midi.events import encode as encode_event
from bridge.playout.input_limit import PANIC_NS
from bridge.playout.problem import NoSuchPort, PluginsTaken, PortGone
from bridge.playout.protocol import (
    BindPanic,
    Cables,
    Click,
    Emitted,
    FromIo,
    InputLost,
    KeyboardHeard,
    Monitor,
    Opened,
    OpenPorts,
    OutputConnected,
    Panic,
    Play,
    PortNames,
    PortsClosed,
    Problem,
    Ready,
    Received,
    Release,
    Report,
    SetOwnTransport,
    SetSync,
    Silence,
    TransportChanged,
)
from bridge.playout.schedule import THRU_CHANNEL, ScheduledEvent, SentEvent
from bridge.playout.sequencer import Sequencer
from bridge.plugin.folder import VARIABLE
from bridge.plugin.wire import (
    HEADER,
    AppHello,
    Block,
    BlockFlags,
    Flush,
    Message,
    PlayAtTime,
    PluginHello,
    decode,
    encode,
)
from bridge.ports.base import PortError, find_port
from bridge.ports.loopback import LoopbackBackend
from bridge.sync.transport import NANOSECONDS, Source
from bridge.synth.feed import PLAYER_CHANNEL
from bridge.system.clock import ManualClock
from tests.bridge.synth.ear import Ear

MS, SECOND = 1_000_000, 1_000_000_000
NOW_NS = 100 * SECOND
ON, OFF = NoteOn(0, 60, 100), NoteOff(0, 60)


NO_PORT = NoSuchPort("piano", ())


class Cable(LoopbackBackend):
    """A port whose cable can be pulled."""

    pulled = False
    opened = 0

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        if Cable.pulled:
            raise PortError(NO_PORT)
        Cable.opened += 1
        return super().open(input_name, output_name)

    def poll(self, now_ns: int) -> list[Report]:
        if Cable.pulled:
            raise PortError(PortGone("piano"))
        return super().poll(now_ns)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW_NS)


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.close()


@pytest.fixture
def outputs(clock: ManualClock, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outputs]:
    def connect(
        _name: str, _client: str, _clock: object, sequencer: Sequencer | None
    ) -> LoopbackBackend:
        return Cable(sequencer)

    monkeypatch.setattr(Cable, "pulled", False)
    monkeypatch.setattr(Cable, "opened", 0)
    outputs = Outputs("cable", "Antiphon", clock, connect, ear.cable)
    yield outputs
    outputs.close()


def emitted(reports: list[FromIo]) -> list[ChannelEvent]:
    return [each.event for m in reports if isinstance(m, Emitted) for each in m.events]


class Plugin:
    """A plugin instance with its own connection."""

    def __init__(self, outputs: Outputs) -> None:
        (listening,) = outputs.wakeups
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(listening.getsockname())

    def play(self) -> None:
        """Report that the host plays."""
        flags = BlockFlags.PLAYING | BlockFlags.POSITION_VALID
        numbers = (1, NOW_NS, 48_000.0, 0.0, 120.0, 0.0, 1, 256, 0, 0, 0, 0, 4, 4)
        self.socket.send(encode(PluginHello(5, NOW_NS)))
        self.socket.send(encode(Block(5, *numbers, None, flags)))

    def received(self) -> Message:
        """Wait for a message."""
        header = self.socket.recv(HEADER.size, socket.MSG_PEEK)
        message = decode(self.socket.recv(HEADER.unpack(header)[3], socket.MSG_WAITALL))
        assert isinstance(message, Message)
        return message


@pytest.fixture
def _plugin_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("p")
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.fixture
def plugin(outputs: Outputs, _plugin_folder: Path) -> Iterator[Plugin]:
    outputs.open_ports(OpenPorts())
    plugin = Plugin(outputs)
    yield plugin
    plugin.socket.close()


def transport_changes(reports: list[FromIo]) -> list[TransportChanged]:
    return [message for message in reports if isinstance(message, TransportChanged)]


def test_plugins_lead_as_soon_as_one_runs(outputs: Outputs, plugin: Plugin) -> None:
    (free,) = transport_changes(outputs.poll())
    assert free.transport.source is Source.FREE
    plugin.play()
    reports = outputs.poll()
    assert plugin.received().instance == 5
    (following,) = transport_changes(reports)
    assert following.transport.source is Source.PLUGIN
    assert following.transport.epoch != free.transport.epoch
    outputs.post(Play((ScheduledEvent(0, following.transport.epoch, ON),)))
    assert not [m for m in outputs.poll() if isinstance(m, Emitted)]  # not on the port
    assert plugin.received().instance == 5


def test_the_ports_lead_if_their_time_is_wanted(outputs: Outputs, plugin: Plugin) -> None:
    outputs.poll()
    outputs.post(SetSync(Source.CLOCK))
    outputs.poll()
    plugin.play()
    reports = outputs.poll() + outputs.poll()
    assert all(move.transport.source is Source.FREE for move in transport_changes(reports))


def test_the_ports_are_silenced_when_the_plugins_lead(outputs: Outputs, plugin: Plugin) -> None:
    outputs.post(SetOwnTransport(NANOSECONDS))
    outputs.post(Play((ScheduledEvent(NOW_NS, 0, ON), ScheduledEvent(NOW_NS + SECOND, 0, OFF))))
    outputs.poll()
    plugin.play()
    reports = outputs.poll() + outputs.poll() + outputs.poll()
    sent = [each.event for m in reports if isinstance(m, Emitted) for each in m.events]
    assert sent == [OFF]


def test_a_lost_port_is_reported_once_and_reopened(outputs: Outputs, clock: ManualClock) -> None:
    outputs.open_ports(OpenPorts())
    outputs.poll()
    Cable.pulled = True
    reports = outputs.poll()
    assert [m.reason for m in reports if isinstance(m, Problem)] == [PortGone("piano")]
    for _ in range(5):
        clock.advance(AGAIN_NS)
        assert not [m for m in outputs.poll() if isinstance(m, Problem | Ready)]
    Cable.pulled = False
    assert not [m for m in outputs.poll() if isinstance(m, Ready)]  # not at every poll
    clock.advance(AGAIN_NS)
    reports = outputs.poll()
    assert any(isinstance(message, Ready) for message in reports)
    assert Cable.opened == 2


def test_reopened_ports_get_the_time_commands(outputs: Outputs, clock: ManualClock) -> None:
    outputs.open_ports(OpenPorts())
    outputs.post(SetOwnTransport(NANOSECONDS))
    outputs.poll()
    Cable.pulled = True
    outputs.poll()
    Cable.pulled = False
    clock.advance(AGAIN_NS)
    epoch = transport_changes(outputs.poll() + outputs.poll())[-1].transport.epoch
    outputs.post(Play((ScheduledEvent(clock.now_ns(), epoch, ON),)))
    (emitted,) = (m for m in outputs.poll() if isinstance(m, Emitted))
    assert emitted.events[0].due_ns == clock.now_ns()


def test_a_second_antiphon_has_a_problem_and_goes_on(
    outputs: Outputs, plugin: Plugin, clock: ManualClock
) -> None:
    second = Outputs("cable", "Antiphon", clock, lambda *_: Cable())
    reports = second.open_ports(OpenPorts())
    assert [type(message) for message in reports] == [Ready, Problem]
    assert reports[1] == Problem(PluginsTaken())
    second.close()
    plugin.play()
    outputs.poll()
    assert plugin.received().instance == 5


def test_missing_ports_are_looked_for_at_intervals_and_opened(
    outputs: Outputs, clock: ManualClock
) -> None:
    Cable.pulled = True
    assert outputs.open_ports(OpenPorts()) == [Problem(NO_PORT), PortsClosed()]
    Cable.pulled = False
    clock.advance(LATER_NS - 1)
    assert outputs.poll() == []
    clock.advance(1)
    reports = outputs.poll()
    ready = Ready("loopback", "loopback in", "loopback out")
    assert [m for m in reports if isinstance(m, Ready | PortNames)] == [ready, PortNames((), ())]


def test_lost_ports_are_reported_as_not_connected(
    outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs.open_ports(OpenPorts())
    with monkeypatch.context() as once:
        once.setattr(Cable, "poll", lambda _cable, _now_ns: [OutputConnected(connected=True)])
        assert OutputConnected(connected=True) in outputs.poll()
    Cable.pulled = True
    assert OutputConnected(connected=False) in outputs.poll()
    Cable.pulled = False
    assert not [m for m in outputs.open_ports(OpenPorts()) if isinstance(m, OutputConnected)]


KEY, KEY_UP = NoteOn(THRU_CHANNEL, 60, 100), NoteOff(THRU_CHANNEL, 60)


def play_thru(outputs: Outputs, *plan: tuple[int, ChannelEvent]) -> None:
    outputs.play_thru(TimedEvent(NOW_NS + at_ns, event) for at_ns, event in plan)


def received(reports: list[FromIo]) -> list[TimedEvent]:
    return [each for m in reports if isinstance(m, Received) for each in m.events]


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ChannelEvent]]:
    """Record the output of the port, with MIDI thru."""
    written: list[tuple[int, ChannelEvent]] = []
    report = Sequencer.report

    def write(
        sequencer: Sequencer, played: tuple[TimedEvent, ...], sent: list[SentEvent], now_ns: int
    ) -> list[Report]:
        written.extend((each.due_ns - NOW_NS, each.event) for each in sent)
        return report(sequencer, played, sent, now_ns)

    monkeypatch.setattr(Sequencer, "report", write)
    return written


def test_midi_thru_is_received_and_sent_at_its_time(
    outputs: Outputs, clock: ManualClock, output: list[tuple[int, ChannelEvent]]
) -> None:
    outputs.open_ports(OpenPorts())
    play_thru(outputs, (10, ON), (20, OFF))
    outputs.poll()
    assert outputs.next_due_ns() == NOW_NS + 10
    clock.advance(15)
    assert received(outputs.poll()) == [TimedEvent(NOW_NS + 10, ON)]
    clock.advance(15)
    reports = outputs.poll()
    assert received(reports) == [TimedEvent(NOW_NS + 20, OFF)]
    assert output == [(10, KEY), (20, KEY_UP)]
    assert outputs.next_due_ns() is None


def test_without_ports_midi_thru_is_received(outputs: Outputs, clock: ManualClock) -> None:
    Cable.pulled = True
    outputs.open_ports(OpenPorts())
    play_thru(outputs, (10, ON))
    assert outputs.next_due_ns() == NOW_NS + 10
    clock.advance(10)
    assert received(outputs.poll()) == [TimedEvent(NOW_NS + 10, ON)]


@pytest.mark.parametrize("command", [Silence(), Panic()])
def test_silence_drops_pending_midi_thru(
    outputs: Outputs,
    clock: ManualClock,
    output: list[tuple[int, ChannelEvent]],
    command: Silence | Panic,
) -> None:
    outputs.open_ports(OpenPorts())
    play_thru(outputs, (0, ON), (10, NoteOn(0, 61, 1)), (20, OFF))
    outputs.poll()
    outputs.post(command)
    clock.advance(SECOND)
    assert received(outputs.poll()) == []
    assert [event for _, event in output if not isinstance(event, ControlChange)] == [KEY, KEY_UP]


def test_a_leading_plugin_plays_midi_thru_and_pending_events(
    outputs: Outputs, plugin: Plugin, output: list[tuple[int, ChannelEvent]], clock: ManualClock
) -> None:
    play_thru(outputs, (0, ON), (20 * MS, NoteOn(0, 62, 1)))
    outputs.poll()
    assert output == [(0, KEY)]
    plugin.play()
    outputs.poll()  # the port is silenced, and the plugin is sent the pending events
    clock.advance(20 * MS)
    outputs.poll()
    assert output[1] == (0, KEY_UP)
    messages: list[Message] = []
    while not messages or isinstance(messages[-1], AppHello | Flush):
        messages.append(plugin.received())
    (reports,) = (m.message for m in messages if isinstance(m, PlayAtTime))
    assert reports == encode_event(NoteOn(THRU_CHANNEL, 62, 1))


def test_reopened_ports_play_pending_midi_thru(
    outputs: Outputs, clock: ManualClock, output: list[tuple[int, ChannelEvent]]
) -> None:
    outputs.open_ports(OpenPorts())
    play_thru(outputs, (0, ON), (3 * SECOND, NoteOn(0, 62, 1)))
    outputs.poll()
    Cable.pulled = True
    outputs.poll()
    Cable.pulled = False
    for _ in range(3):
        clock.advance(AGAIN_NS)
        outputs.poll()
    outputs.poll()
    assert output == [
        (0, KEY),
        (SECOND, KEY_UP),  # the port was lost, and with it this release
        *((SECOND, ControlChange(THRU_CHANNEL, control, 0)) for control in (64, 120, 123)),
        (3 * SECOND, NoteOn(THRU_CHANNEL, 62, 1)),
    ]


def test_ports_that_another_process_left_are_released_once_they_are_there(
    outputs: Outputs, clock: ManualClock, output: list[tuple[int, ChannelEvent]], ear: Ear
) -> None:
    ends = (NoteOff(3, 50), ControlChange(3, 123, 0))
    outputs.set_monitor(Monitor(wanted=True))
    Cable.pulled = True
    outputs.open_ports(OpenPorts(cables=Cables()))
    outputs.post(Release(ends))
    assert [event for _, event in told_of(ear)] == [
        ControlChange(channel, control, 0) for channel in range(16) for control in (120, 123)
    ]
    outputs.poll()
    assert output == []
    Cable.pulled = False
    clock.advance(AGAIN_NS)  # they were there before, so they are looked for soon
    outputs.poll()
    outputs.poll()
    assert output == [(SECOND, end) for end in ends]
    outputs.post(Release(ends))
    outputs.poll()
    assert output == [(SECOND, end) for end in ends] * 2


def test_the_request_that_opens_the_ports_again_is_reported(
    outputs: Outputs, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = Cables(("keys:out",), ("synth:in", "drums:in"))
    restored: list[Cables] = []
    monkeypatch.setattr(Cable, "cables", lambda _: present)
    monkeypatch.setattr(Cable, "restore_cables", lambda _, cables: restored.append(cables))

    def opened(after_ns: int) -> list[OpenPorts]:
        clock.advance(after_ns)
        return [each.again for each in outputs.poll() if isinstance(each, Opened)]

    outputs.open_ports(OpenPorts())
    assert opened(0) == [OpenPorts(cables=present)]
    assert opened(CHECK_NS) == []
    before, present = present, Cables(("keys:out",), ("synth:in",))  # a server that ends, or a user
    assert opened(CABLE_NS - 1) == []
    Cable.pulled = True
    outputs.poll()
    Cable.pulled = False
    assert opened(AGAIN_NS) == []
    assert restored == [before]
    assert opened(CABLE_NS) == [OpenPorts(cables=present)]


def test_ports_that_come_between_the_list_and_the_opening_are_listed(
    outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = PortNames((), ())
    monkeypatch.setattr(Cable, "port_names", lambda _: present)
    assert outputs.list_ports() == present
    assert present not in outputs.open_ports(OpenPorts())
    present = PortNames(("keys",), ())
    assert present in outputs.open_ports(OpenPorts())
    assert present not in outputs.open_ports(OpenPorts())


def told_of(ear: Ear) -> list[tuple[int, Event]]:
    """Return the events sent to a synth, without the program changes."""
    reports = ((due_ns - NOW_NS, event) for due_ns, event in ear.received())
    return [(due_ns, event) for due_ns, event in reports if not isinstance(event, ProgramChange)]


@pytest.mark.parametrize("player", [True, False])
def test_a_synth_is_sent_the_players_events_if_that_is_wanted(
    outputs: Outputs, ear: Ear, monkeypatch: pytest.MonkeyPatch, *, player: bool
) -> None:
    outputs.open_ports(OpenPorts())
    outputs.set_monitor(Monitor(wanted=True, player=player))
    monkeypatch.setattr(
        Cable, "poll", lambda _cable, now_ns: [Received((TimedEvent(now_ns, NoteOn(3, 50, 7)),))]
    )
    assert received(outputs.poll())
    assert told_of(ear) == ([(0, NoteOn(PLAYER_CHANNEL, 50, 7))] if player else [])


def test_held_keys_are_released_on_a_synth_when_their_port_closes(
    outputs: Outputs, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs.open_ports(OpenPorts())
    outputs.set_monitor(Monitor(wanted=True))
    with monkeypatch.context() as once:
        played = [Received((TimedEvent(NOW_NS, NoteOn(3, 50, 7)),))]
        once.setattr(Cable, "poll", lambda _cable, _now_ns: played)
        outputs.poll()
    Cable.pulled = True
    outputs.poll()
    assert told_of(ear)[1:] == [(0, NoteOff(PLAYER_CHANNEL, 50))]


def test_held_keys_of_a_lost_input_are_released_on_a_synth(
    outputs: Outputs, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs.open_ports(OpenPorts())
    outputs.set_monitor(Monitor(wanted=True))
    pedal = ControlChange(3, 64, 127)
    news = [Received((TimedEvent(NOW_NS, NoteOn(3, 50, 7)), TimedEvent(NOW_NS, pedal)))]
    with monkeypatch.context() as once:
        once.setattr(Cable, "poll", lambda _cable, _now_ns: [*news, InputLost()])
        assert InputLost() in outputs.poll()
    assert [event for _, event in told_of(ear)[2:]] == [
        NoteOff(PLAYER_CHANNEL, 50),
        ControlChange(PLAYER_CHANNEL, 64, 0),
    ]


def test_lost_ports_lose_their_input_and_the_keyboard(
    outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs.open_ports(OpenPorts())
    with monkeypatch.context() as once:
        once.setattr(Cable, "poll", lambda _cable, _now_ns: [KeyboardHeard("piano")])
        outputs.poll()
    Cable.pulled = True
    reports = outputs.poll()
    assert InputLost() in reports
    assert KeyboardHeard("") in reports


class Piano(Cable):
    """A port with a piano and others, which can be chosen."""

    inputs: tuple[str, ...] = ()
    heard: list[bool]
    asked: list[str | None]

    def port_names(self) -> PortNames:
        return PortNames(self.inputs, ())

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        Piano.heard.append(wanted)

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        if input_name is not None:
            find_port(input_name, self.inputs)
        Piano.asked.append(input_name)
        return super().open(None, output_name)


@pytest.fixture
def piano(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outputs]:
    for name, value in (("inputs", ("piano 2",)), ("heard", []), ("asked", [])):
        monkeypatch.setattr(Piano, name, value, raising=False)
    monkeypatch.setattr(Cable, "pulled", False)
    outputs = Outputs("piano", "Antiphon", clock, lambda *its: Piano(its[3]))
    yield outputs
    outputs.close()


def test_the_port_that_was_found_is_looked_for_and_no_other(
    piano: Outputs, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    piano.open_ports(OpenPorts("PIANO"))
    Cable.pulled = True
    piano.poll()
    Cable.pulled = False
    for inputs in (("piano 3",), ("other piano 2",), ("piano 3", "piano 2")):
        monkeypatch.setattr(Piano, "inputs", inputs)
        clock.advance(AGAIN_NS)
        piano.poll()
    assert Piano.asked == ["PIANO", "piano 2"]


def test_ports_that_open_later_listen_to_a_keyboard_if_that_was_wanted(
    piano: Outputs, clock: ManualClock
) -> None:
    piano.open_ports(OpenPorts())
    piano.listen_to_keyboard(wanted=True)
    Cable.pulled = True
    piano.poll()
    Cable.pulled = False
    clock.advance(AGAIN_NS)
    piano.poll()
    assert Piano.heard == [False, True, True]


def test_a_loopback_stands_in_for_missing_ports_while_a_synth_plays(
    outputs: Outputs, ear: Ear, clock: ManualClock
) -> None:
    outputs.open_ports(OpenPorts())
    outputs.post(SetOwnTransport(NANOSECONDS))
    outputs.set_monitor(Monitor(wanted=True))
    outputs.poll()
    Cable.pulled = True
    epoch = transport_changes(outputs.poll() + outputs.poll())[-1].transport.epoch
    outputs.post(
        Play((ScheduledEvent(NOW_NS, epoch, ON), ScheduledEvent(NOW_NS + 5 * SECOND, epoch, OFF)))
    )
    assert emitted(outputs.poll()) == [ON]
    assert told_of(ear) == [(0, ON)]
    Cable.pulled = False
    clock.advance(AGAIN_NS)
    reports = outputs.poll()
    assert [type(m) for m in reports if isinstance(m, Ready | Emitted)] == [Emitted, Ready]
    assert told_of(ear)[0] == (SECOND, OFF)


def test_no_loopback_stands_in_without_wanted_ports_or_a_synth(outputs: Outputs) -> None:
    outputs.set_monitor(Monitor(wanted=True))
    assert not outputs.is_open
    Cable.pulled = True
    outputs.open_ports(OpenPorts())
    assert transport_changes(outputs.poll())
    outputs.set_monitor(Monitor(wanted=False))
    outputs.poll()
    outputs.post(SetOwnTransport(replace(NANOSECONDS, time_ns=1)))
    assert not transport_changes(outputs.poll())


@pytest.mark.parametrize("synth", [True, False])
def test_clicks_are_played_by_the_synth_alone(
    outputs: Outputs,
    ear: Ear,
    clock: ManualClock,
    output: list[tuple[int, ChannelEvent]],
    *,
    synth: bool,
) -> None:
    outputs.open_ports(OpenPorts())
    outputs.set_monitor(Monitor(wanted=synth))
    outputs.post(SetOwnTransport(NANOSECONDS))
    (changed,) = transport_changes(outputs.poll())
    epoch, due_ns = changed.transport.epoch, NOW_NS + SECOND
    outputs.plan_clicks(Click((ScheduledEvent(due_ns, epoch, ON),)))
    outputs.plan_clicks(Click((ScheduledEvent(due_ns, epoch + 1, ON),)))  # of another time
    assert outputs.next_due_ns() == due_ns
    clock.advance(SECOND)
    assert emitted(outputs.poll()) == []
    assert output == []
    assert told_of(ear) == ([(SECOND, ON)] if synth else [])
    outputs.post(Silence())
    assert told_of(ear) == ([(SECOND, OFF)] if synth else [])


class Pedal(Cable):
    """A port on which a pedal is pressed."""

    pressed = False

    def poll(self, now_ns: int) -> list[Report]:
        if not Pedal.pressed:
            return super().poll(now_ns)
        Pedal.pressed = False
        press = TimedEvent(now_ns, ControlChange(0, 66, 127))
        played = self._sequencer.receive([press], now_ns)
        return [*self._sequencer.report(played, (), now_ns), *super().poll(now_ns)]


def test_a_panic_control_silences_without_the_engine_also_on_reopened_ports(
    clock: ManualClock,
) -> None:
    outputs = Outputs("cable", "Antiphon", clock, lambda *others: Pedal(others[-1]))
    outputs.post(BindPanic(frozenset({Control(0, 66)})))
    for _ in range(2):
        outputs.open_ports(OpenPorts())
        epoch = transport_changes(outputs.poll())[-1].transport.epoch
        outputs.post(Play((ScheduledEvent(0, epoch, ON),)))
        outputs.post(SetOwnTransport(replace(NANOSECONDS, time_ns=clock.now_ns())))
        assert emitted(outputs.poll()) == [ON]
        Pedal.pressed = True
        reports = outputs.poll()
        assert any(isinstance(message, Received) for message in reports)
        assert emitted(reports + outputs.poll())[0] == OFF
        clock.advance(SECOND)
    outputs.close()


def test_panics_that_follow_one_another_send_no_more_than_releases(
    outputs: Outputs, clock: ManualClock
) -> None:
    outputs.open_ports(OpenPorts())
    outputs.post(SetOwnTransport(NANOSECONDS))
    epoch = transport_changes(outputs.poll())[-1].transport.epoch
    sent = []
    for _ in range(3):
        outputs.post(Play((ScheduledEvent(clock.now_ns(), epoch, ON),)))
        outputs.poll()
        outputs.post(Panic())
        sent.append(len(emitted(outputs.poll())))
    clock.advance(PANIC_NS)
    outputs.post(Panic())
    sent.append(len(emitted(outputs.poll())))
    assert sent == [4, 1, 1, 3]
