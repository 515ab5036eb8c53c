"""MIDI thru: received when it is played, and pending events for another output."""

from bridge.midi.events import NoteOff, NoteOn, PitchWheel, TimedEvent
from bridge.playout.protocol import Thru
from bridge.playout.schedule import THRU_CHANNEL, ScheduledEvent
from bridge.playout.thru import ThruQueue, thru_command

ON, OFF = NoteOn(0, 60, 100), NoteOff(0, 60)
ON_DESK, OFF_DESK = NoteOn(THRU_CHANNEL, 60, 100), NoteOff(THRU_CHANNEL, 60)


def test_an_event_is_played_once_at_its_time_and_in_order_of_time() -> None:
    hand = ThruQueue()
    assert hand.next_due_ns() is None
    hand.add([TimedEvent(30, OFF), TimedEvent(10, ON)])
    hand.add([TimedEvent(30, NoteOn(0, 61, 1))])
    assert hand.next_due_ns() == 10
    assert hand.pop_due(9) == ()
    assert hand.pop_due(10) == (TimedEvent(10, ON),)
    assert hand.pop_due(50) == (TimedEvent(30, OFF), TimedEvent(30, NoteOn(0, 61, 1)))
    assert hand.pop_due(50) == ()


def test_pending_events_are_returned_for_another_output() -> None:
    hand = ThruQueue()
    hand.add([TimedEvent(30, OFF), TimedEvent(10, ON)])
    assert hand.pending() == Thru((ScheduledEvent(10, 0, ON_DESK), ScheduledEvent(30, 0, OFF_DESK)))
    hand.pop_due(10)
    assert hand.pending() == Thru((ScheduledEvent(30, 0, OFF_DESK),))
    hand.clear()
    assert hand.pending() == Thru(())
    assert hand.next_due_ns() is None


def test_an_event_that_cannot_be_sent_is_only_received() -> None:
    assert thru_command(
        [TimedEvent(5, PitchWheel(3, 100)), TimedEvent(6, NoteOn(3, 1, 2))]
    ) == Thru((ScheduledEvent(6, 0, NoteOn(THRU_CHANNEL, 1, 2)),))
