"""What is played on the desk: heard when it is played, and what other ways out are told of it."""

from bridge.midi.events import NoteOff, NoteOn, PitchWheel, Stamped
from bridge.playout.protocol import Through
from bridge.playout.schedule import HAND_CHANNEL, Due
from bridge.playout.thru import Hand, through

ON, OFF = NoteOn(0, 60, 100), NoteOff(0, 60)
ON_DESK, OFF_DESK = NoteOn(HAND_CHANNEL, 60, 100), NoteOff(HAND_CHANNEL, 60)


def test_an_event_is_played_once_at_its_time_and_in_order_of_time() -> None:
    hand = Hand()
    assert hand.next_due_ns() is None
    hand.add([Stamped(30, OFF), Stamped(10, ON)])
    hand.add([Stamped(30, NoteOn(0, 61, 1))])
    assert hand.next_due_ns() == 10
    assert hand.played(9) == ()
    assert hand.played(10) == (Stamped(10, ON),)
    assert hand.played(50) == (Stamped(30, OFF), Stamped(30, NoteOn(0, 61, 1)))
    assert hand.played(50) == ()


def test_another_way_out_is_told_what_is_still_to_come() -> None:
    hand = Hand()
    hand.add([Stamped(30, OFF), Stamped(10, ON)])
    assert hand.left() == Through((Due(10, 0, ON_DESK), Due(30, 0, OFF_DESK)))
    hand.played(10)
    assert hand.left() == Through((Due(30, 0, OFF_DESK),))
    hand.forget()
    assert hand.left() == Through(())
    assert hand.next_due_ns() is None


def test_what_no_schedule_sends_is_only_heard() -> None:
    assert through([Stamped(5, PitchWheel(3, 100)), Stamped(6, NoteOn(3, 1, 2))]) == Through(
        (Due(6, 0, NoteOn(HAND_CHANNEL, 1, 2)),)
    )
