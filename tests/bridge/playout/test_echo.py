"""Echoes are caught, once for each time that we sent, and nothing else is."""

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


def test_what_we_sent_comes_back_and_is_not_the_player() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON, OFF))
    assert passed(guard, 3 * MS, ON, OFF) == []
    assert guard.pop_delays_ns() == (3 * MS, 3 * MS)
    assert guard.pop_delays_ns() == ()


def test_it_is_caught_once_for_each_time_that_we_sent_it() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON))
    assert passed(guard, MS, ON, ON) == [ON]


def test_what_differs_is_the_player() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON, OFF))
    others = (NoteOn(0, 60, 99), NoteOn(1, 60, 100), NoteOff(0, 61))
    assert passed(guard, MS, *others) == list(others)


def test_a_release_is_known_whatever_its_velocity() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON, OFF))
    assert passed(guard, MS, ON, NoteOff(0, 60, 0)) == []


def test_a_key_that_the_player_struck_is_the_players_to_lift() -> None:
    """We have just released the same string, as whoever is interrupted does."""
    guard = EchoGuard()
    guard.add_sent(sent(OFF))
    key = NoteOn(0, 60, 77)
    assert passed(guard, MS, key, OFF) == [key, OFF]


def test_what_is_sent_for_an_hour_is_not_remembered_for_an_hour() -> None:
    guard = EchoGuard()
    for second in range(3600):
        guard.add_sent(sent(ON, OFF, at_ns=second * 1000 * MS))
    assert passed(guard, 3599 * 1000 * MS, ON) == []
    assert passed(guard, 3599 * 1000 * MS, ON) == [ON]


def test_after_a_while_it_is_the_player_who_repeats_us() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON))
    assert passed(guard, MEMORY_NS + 1, ON) == [ON]


def test_nothing_echoes_before_it_sounds() -> None:
    guard = EchoGuard()
    guard.add_sent(sent(ON, at_ns=50 * MS))  # written ahead, as JACK wants it
    assert passed(guard, 10 * MS, ON) == [ON]
    assert passed(guard, 49 * MS, ON) == []
