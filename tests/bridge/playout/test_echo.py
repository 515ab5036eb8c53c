"""Echoes are removed, once for each sent event, and nothing else is."""

from bridge.midi.events import Event, NoteOff, NoteOn, TimedEvent
from bridge.playout.echo import MEMORY_NS, EchoGuard
from bridge.playout.schedule import Playable, SentEvent

ON, OFF = NoteOn(0, 60, 100), NoteOff(0, 60)
MS = 1_000_000


def sent(*events: Playable, at_ns: int = 0) -> list[SentEvent]:
    return [SentEvent(at_ns, at_ns, event) for event in events]


def passed(guard: EchoGuard, at_ns: int, *events: Event) -> list[Event]:
    return [
        each.event for each in guard.without_echoes(TimedEvent(at_ns, event) for event in events)
    ]


def test_an_echo_is_not_the_player() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON, OFF))
    assert passed(guard, 3 * MS, ON, OFF) == []
    assert guard.pop_delays_ns() == (3 * MS, 3 * MS)
    assert guard.pop_delays_ns() == ()


def test_an_echo_counts_once_for_each_sent_event() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON))
    assert passed(guard, MS, ON, ON) == [ON]


def test_a_different_event_is_the_players() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON, OFF))
    others = (NoteOn(0, 60, 99), NoteOn(1, 60, 100), NoteOff(0, 61))
    assert passed(guard, MS, *others) == list(others)


def test_a_release_with_another_velocity_is_an_echo() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON, OFF))
    assert passed(guard, MS, ON, NoteOff(0, 60, 0)) == []


def test_the_release_of_the_players_key_is_the_players() -> None:
    """We have just released the same pitch, as a retracted response does."""
    guard = EchoGuard()
    guard.add_sent(sent(OFF))
    key = NoteOn(0, 60, 77)
    assert passed(guard, MS, key, OFF) == [key, OFF]


def test_sent_events_expire() -> None:
    guard = EchoGuard()
    for second in range(3600):
        guard.add_sent(sent(ON, OFF, at_ns=second * 1000 * MS))
    assert passed(guard, 3599 * 1000 * MS, ON) == []
    assert passed(guard, 3599 * 1000 * MS, ON) == [ON]


def test_a_late_repetition_is_the_players() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON))
    assert passed(guard, MEMORY_NS + 1, ON) == [ON]


def test_nothing_echoes_before_it_sounds() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON, at_ns=50 * MS))  # written ahead, as with JACK
    assert passed(guard, 10 * MS, ON) == [ON]
    assert passed(guard, 49 * MS, ON) == []
