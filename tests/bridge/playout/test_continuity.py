"""What is sent to the next MIDI I/O process: the session goes on as if the last had not died."""

import random
from dataclasses import replace

import pytest

from bridge.midi.events import ControlChange, NoteOff, NoteOn, TimedEvent
from bridge.midi.notes import MetreChange
from bridge.playout.continuity import RESUME_NS, Continuity
from bridge.playout.protocol import (
    Alive,
    Cables,
    Click,
    Emitted,
    ForSession,
    Inject,
    InputLost,
    KeyboardHeard,
    ListenToKeyboard,
    Monitor,
    Opened,
    OpenPorts,
    OutputConnected,
    Panic,
    Play,
    Plugins,
    Release,
    Replan,
    Retract,
    SetOwnTransport,
    SetSync,
    Silence,
    ToIo,
    TransportChanged,
)
from bridge.playout.schedule import THRU_CHANNEL, ScheduledEvent, SentEvent
from bridge.playout.time_reason import Following
from bridge.sync.transport import NANOSECONDS, Source, Transport

SECOND = 1_000_000_000
OWN = SetOwnTransport(replace(NANOSECONDS, source=Source.OWN))
ON, OFF = NoteOn(2, 60, 90), NoteOff(2, 60)
GONE = [KeyboardHeard(""), OutputConnected(connected=False), Plugins(())]


def silence(*channels: int) -> tuple[ControlChange, ...]:
    return tuple(
        ControlChange(channel, control, 0) for channel in channels for control in (64, 123, 120)
    )


def changed(epoch: int, transport: Transport = OWN.transport) -> TransportChanged:
    return TransportChanged(replace(transport, epoch=epoch), Following(transport.source))


def planned(*events: tuple[int, NoteOn | NoteOff], epoch: int = 1) -> Play:
    return Play(tuple(ScheduledEvent(tick, epoch, event) for tick, event in events))


class Rig:
    """An engine's end, at a time that the test sets."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.copy = Continuity()

    def send(self, *messages: ToIo) -> list[ToIo]:
        """Return what is sent to the process."""
        told = [self.copy.note_sent(message, self.now_ns) for message in messages]
        return [message for message in told if message is not None]

    def receive(self, report: object) -> tuple[list[ForSession], list[ToIo]]:
        return self.copy.note_received(report, self.now_ns)  # type: ignore[arg-type]

    def begin(self) -> None:
        """Follow our own clock, with epoch 1."""
        self.send(OWN, OpenPorts("keys", "piano"))
        self.receive(changed(0, Transport()))
        assert self.receive(changed(1)) == ([changed(1)], [])

    def die(self) -> list[ToIo]:
        """Return what is sent to the next process first."""
        assert self.copy.end_process(self.now_ns) == [InputLost()]
        return self.copy.resume(self.now_ns)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_the_first_process_is_told_everything_as_it_is(rig: Rig) -> None:
    messages: list[ToIo] = [
        SetSync(), OWN, ListenToKeyboard(wanted=True), OpenPorts(), planned((1, ON), epoch=7),
        Click(()), Inject(()), Retract(5), Replan(6), Silence(), Panic(), Monitor(wanted=True),
    ]  # fmt: skip
    assert rig.send(*messages) == messages
    reports = [changed(3), Emitted(()), KeyboardHeard("a"), InputLost()]
    assert [rig.receive(report) for report in reports] == [([report], []) for report in reports]
    assert rig.receive(Alive()) == rig.receive(Opened(OpenPorts())) == ([], [])
    assert rig.copy.due_ns is None
    assert rig.copy.poll(9 * SECOND) == ([], [])


def test_settings_come_before_ports_and_the_last_of_each_counts(rig: Rig) -> None:
    rig.send(Monitor(wanted=False), OpenPorts("a"), SetSync(advance_ns=3), OpenPorts("b"))
    rig.send(ListenToKeyboard(wanted=True), Monitor(wanted=True), OWN)
    ports = OpenPorts("b: full label", cables=Cables(("x:out",), ("y:in",)))
    rig.receive(Opened(ports))
    assert rig.die() == [
        SetSync(advance_ns=3),
        OWN,
        ListenToKeyboard(wanted=True),
        Monitor(wanted=True),
        ports,
    ]


def test_what_sounds_or_may_sound_is_released_and_its_channels_are_silenced(rig: Rig) -> None:
    rig.begin()
    rig.send(planned((10, ON), (20, OFF), (30, NoteOn(4, 61, 1)), (90, NoteOff(4, 61))))
    rig.send(planned((40, NoteOn(5, 62, 1)), (50, NoteOff(5, 62))))
    rig.receive(Emitted((SentEvent(10, 10, ON), SentEvent(20, 20, OFF))))
    rig.receive(Emitted((SentEvent(40, 40, NoteOn(5, 62, 1)),)))
    rig.now_ns = 45
    *_, release = rig.die()
    # (4, 61) was due and not reported: nobody knows whether it was sent.
    assert release == Release((NoteOff(4, 61), NoteOff(5, 62), *silence(2, 4, 5)))
    *_, again = rig.die()
    assert again == Release((NoteOff(4, 61), *silence(2, 4, 5)))


def test_the_plan_goes_on_in_the_numbers_of_the_new_process(rig: Rig) -> None:
    rig.begin()
    rig.send(planned((10, ON), (20, OFF), (70, ON), (80, OFF)))
    rig.receive(Emitted((SentEvent(10, 10, ON),)))
    rig.now_ns = 15
    rig.die()
    assert rig.send(planned((90, ON), (99, OFF))) == []  # it waits for the transport
    assert rig.receive(changed(0, Transport())) == ([], [])  # it has not been told yet
    passed, told = rig.receive(changed(4))
    assert passed == [changed(1), *GONE]  # the session sees no break
    rest = ((20, OFF), (70, ON), (80, OFF), (90, ON), (99, OFF))
    assert told == [planned(*rest, epoch=4)]
    assert rig.send(planned((120, ON), epoch=1)) == [planned((120, ON), epoch=4)]
    assert rig.send(planned((120, ON), epoch=0)) == []  # of a time that has passed
    passed, _ = rig.receive(changed(6))
    assert passed == [changed(2)]  # a break is one, with a number that is new to the session
    assert rig.send(planned((130, ON), epoch=2)) == [planned((130, ON), epoch=6)]
    rig.die()
    _, told = rig.receive(changed(0))
    assert told == [planned((130, ON), epoch=0)]


@pytest.mark.parametrize("cut", [Retract(50), Replan(50), Silence(), Panic()])
def test_what_was_retracted_while_there_was_no_process_is_not_played(rig: Rig, cut: ToIo) -> None:
    rig.begin()
    rig.send(planned((10, ON), (20, OFF), (70, ON), (80, OFF)), cut)
    rig.die()
    _, told = rig.receive(changed(1))
    left = [planned((10, ON), (20, OFF), epoch=1)] if isinstance(cut, Retract | Replan) else []
    assert told == left


def test_clicks_go_on_too(rig: Rig) -> None:
    rig.begin()
    clicks = Click((ScheduledEvent(10, 1, ON), ScheduledEvent(SECOND, 1, OFF)))
    rig.send(clicks)
    rig.die()
    assert rig.receive(changed(1))[1] == [clicks]


def test_another_transport_breaks_the_last_one_after_a_while(rig: Rig) -> None:
    host = replace(OWN.transport, source=Source.PLUGIN)
    rig.begin()
    rig.receive(changed(2, host))
    rig.send(planned((10, ON), epoch=2))
    rig.now_ns = SECOND
    rig.die()
    assert rig.receive(changed(0)) == ([], [])
    assert rig.copy.due_ns == SECOND + RESUME_NS
    assert rig.copy.poll(SECOND + RESUME_NS - 1) == ([], [])
    passed, told = rig.copy.poll(SECOND + RESUME_NS)
    assert (passed, told) == ([changed(3), *GONE], [])
    assert rig.copy.due_ns is None


@pytest.mark.parametrize(
    "moved,is_same",
    [
        ({"time_ns": 5_000_000}, True),
        ({"time_ns": SECOND}, False),
        ({"playing": False}, False),
        ({"metre": MetreChange(0, 3, 4)}, False),
        ({"source": Source.JACK}, False),
    ],
)
def test_a_host_may_have_moved_a_little(
    rig: Rig, moved: dict[str, object], *, is_same: bool
) -> None:
    host = replace(OWN.transport, source=Source.PLUGIN)
    rig.begin()
    rig.receive(changed(2, host))
    rig.send(planned((10, ON), epoch=2))
    rig.die()
    now = changed(5, replace(host, **moved))  # type: ignore[arg-type]
    passed, told = rig.receive(now)
    if is_same:
        assert passed[0] == replace(now, transport=replace(now.transport, epoch=2))
        assert told == [planned((10, ON), epoch=5)]
    else:
        assert (passed, told) == ([], [])


def test_states_that_the_new_process_does_not_report_are_over(rig: Rig) -> None:
    rig.begin()
    rig.die()
    assert rig.receive(OutputConnected(connected=True))[0] == [OutputConnected(connected=True)]
    passed, _ = rig.receive(changed(1))
    assert passed == [changed(1), KeyboardHeard(""), Plugins(())]


def test_keys_of_the_window_are_played_late_rather_than_lost(rig: Rig) -> None:
    keys = [TimedEvent(at, NoteOn(0, 60 + at, 9)) for at in (1, 2, 3)]
    rig.send(OpenPorts(), Inject(tuple(keys)))
    rig.now_ns = 1
    assert rig.copy.end_process(1) == [InputLost()]
    rig.now_ns = 2
    held = TimedEvent(2, NoteOff(0, 61))
    rig.send(Inject((held,)))
    _, release, pending = rig.copy.resume(9)
    assert release == Release((NoteOff(THRU_CHANNEL, 61), *silence(THRU_CHANNEL)))
    assert pending == Inject((keys[1], held, keys[2]))


def test_any_history_releases_every_note_that_may_sound() -> None:
    """Follow random sessions, and let the process die after any report."""
    for seed in range(200):
        dice, rig = random.Random(seed), Rig()
        rig.begin()
        sounding: set[tuple[int, int]] = set()
        unsent: list[ScheduledEvent] = []
        for tick in range(dice.randrange(60)):
            channel, pitch = dice.randrange(3), dice.randrange(4)
            event = dice.choice((NoteOn(channel, pitch, 1), NoteOff(channel, pitch)))
            unsent.append(ScheduledEvent(tick, 1, event))
            rig.send(Play((unsent[-1],)))
            rig.now_ns = tick
            if dice.random() < 0.3:  # the process sends what is due, and may die before it reports
                sent = tuple(SentEvent(each.tick, tick, each.event) for each in unsent)
                unsent = []
                for each in sent:
                    key = each.event.channel, each.event.pitch  # type: ignore[union-attr]
                    (sounding.add if isinstance(each.event, NoteOn) else sounding.discard)(key)
                rig.receive(Emitted(sent))
        may = {
            (each.event.channel, each.event.pitch)
            for each in unsent
            if isinstance(each.event, NoteOn)
        }
        told = [each for each in rig.die() if isinstance(each, Release)]
        released = {
            (each.channel, each.pitch)
            for message in told
            for each in message.events
            if isinstance(each, NoteOff)
        }
        assert released >= sounding | may
