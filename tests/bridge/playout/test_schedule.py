"""The schedule: its rules one by one, then all of them in ten thousand random sessions."""

import random
from collections.abc import Callable
from dataclasses import replace

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    SUSTAIN,
    SWITCH_ON,
    ChannelEvent,
    ControlChange,
    NoteOff,
    NoteOn,
    ProgramChange,
)
from bridge.playout.schedule import Schedule, ScheduledEvent, SentEvent
from bridge.sync.transport import NANOSECONDS, Transport

LIMIT_NS = 30
FOREVER_NS = 10**18
ON, OFF = NoteOn(0, 60, 100), NoteOff(0, 60, 99)
OTHER_ON, OTHER_OFF = NoteOn(1, 60, 100), NoteOff(1, 60, 99)
RELEASE = NoteOff(0, 60)  # the schedule's own, with the default velocity


def schedule_of(*plan: tuple[int, ChannelEvent]) -> Schedule:
    """Return a schedule with this plan, in which a tick is a nanosecond."""
    schedule = Schedule(NANOSECONDS, LIMIT_NS)
    schedule.add(ScheduledEvent(tick, 0, event) for tick, event in plan)
    return schedule


def epoch(number: int) -> Transport:
    """Return the same transport in another epoch."""
    return replace(NANOSECONDS, epoch=number)


def played(sent: list[SentEvent]) -> list[ChannelEvent]:
    """Return only the events."""
    return [each.event for each in sent]


def test_events_go_out_when_they_are_due() -> None:
    schedule = schedule_of((20, OFF), (10, ON))
    assert schedule.next_due_ns() == 10
    assert schedule.emit(9) == []
    assert schedule.emit(10) == [SentEvent(10, 10, ON)]
    assert schedule.sounding == {(0, 60)}
    assert schedule.emit(25) == [SentEvent(20, 25, OFF)]
    assert schedule.sounding == frozenset()
    assert schedule.next_due_ns() is None


def test_events_due_within_a_period_go_out_at_their_own_time() -> None:
    schedule = schedule_of((5, ON), (12, OFF), (15, ON))
    assert schedule.emit(10, ahead_ns=4) == [SentEvent(5, 10, ON), SentEvent(12, 12, OFF)]
    assert schedule.next_due_ns() == 15


def test_events_due_together_keep_their_order() -> None:
    ons = [NoteOn(0, pitch, 1) for pitch in (64, 60, 67)]
    assert played(schedule_of(*((10, on) for on in ons)).emit(10)) == ons
    # A note without length is a note-on and its release, not the other way round.
    assert played(schedule_of((10, ON), (10, OFF)).emit(10)) == [ON, OFF]


def test_a_late_note_on_is_dropped_with_its_release() -> None:
    schedule = schedule_of((10, ON), (20, OTHER_ON), (30, OFF), (40, OTHER_OFF))
    assert played(schedule.emit(20 + LIMIT_NS)) == [OTHER_ON, OTHER_OFF]


def test_everything_else_is_sent_however_late() -> None:
    schedule = schedule_of((10, ON))
    schedule.emit(10)
    rest: list[ChannelEvent] = [ControlChange(0, 7, 1), ProgramChange(0, 2), OFF]
    schedule.add(ScheduledEvent(20, 0, event) for event in rest)
    assert played(schedule.emit(FOREVER_NS)) == rest


def test_a_second_note_on_ends_the_first() -> None:
    schedule = schedule_of((10, ON), (20, ON), (30, OFF), (40, OFF))
    assert played(schedule.emit(40)) == [ON, RELEASE, ON, OFF]


def test_a_release_of_a_silent_note_is_dropped() -> None:
    assert schedule_of((10, OFF), (10, OTHER_OFF)).emit(10) == []


def test_retract_drops_notes_with_their_releases_and_releases_sounding_ones() -> None:
    schedule = schedule_of(
        (10, ON),
        (100, OFF),
        (120, NoteOn(0, 62, 1)),
        (150, NoteOff(0, 62)),
        (130, OTHER_ON),
        (140, OTHER_OFF),
    )
    schedule.emit(10)
    assert schedule.retract(after_tick=129, now_ns=50) == [SentEvent(50, 50, RELEASE)]
    # The releases of the old plan do not cut short a new plan on the same pitches.
    schedule.add(
        [
            ScheduledEvent(60, 0, ON),
            ScheduledEvent(60, 0, OTHER_ON),
            ScheduledEvent(200, 0, OFF),
            ScheduledEvent(200, 0, OTHER_OFF),
        ]
    )
    assert played(schedule.emit(60)) == [ON, OTHER_ON]
    assert played(schedule.emit(150)) == [NoteOn(0, 62, 1), NoteOff(0, 62)]
    assert played(schedule.emit(200)) == [OFF, OTHER_OFF]


def test_retract_drops_controls_but_leaves_no_pedal_down() -> None:
    down, up = ControlChange(0, SUSTAIN, SWITCH_ON), ControlChange(0, SUSTAIN, 0)
    schedule = schedule_of((10, down), (20, ProgramChange(0, 1)), (30, up))
    assert schedule.retract(after_tick=19, now_ns=0) == []
    assert played(schedule.emit(50)) == [down, up]
    schedule = schedule_of((10, down))
    schedule.emit(10)
    assert schedule.retract(after_tick=19, now_ns=15) == [SentEvent(15, 15, up)]
    assert schedule.retract(after_tick=19, now_ns=16) == []


def test_retract_keeps_only_the_release_of_the_note_that_stays() -> None:
    schedule = schedule_of((10, ON), (20, OFF), (70, ON), (90, OFF))
    assert schedule.retract(after_tick=49, now_ns=0) == []
    schedule.add([ScheduledEvent(80, 0, ON), ScheduledEvent(200, 0, OFF)])
    sent = [*schedule.emit(10), *schedule.emit(20), *schedule.emit(80), *schedule.emit(90)]
    sent += schedule.emit(200)
    assert [(each.sent_ns, each.event) for each in sent] == [
        (10, ON),
        (20, OFF),
        (80, ON),
        (200, OFF),
    ]


def test_a_new_epoch_drops_the_old_plan_and_later_events_of_it() -> None:
    schedule = schedule_of((10, ON), (90, OFF))
    schedule.emit(10)
    schedule.add([ScheduledEvent(50, 1, OTHER_ON), ScheduledEvent(50, 2, ON)])
    assert schedule.emit(55) == []
    assert schedule.set_transport(epoch(1), 57) == [SentEvent(57, 57, RELEASE)]
    schedule.add([ScheduledEvent(58, 0, ON), ScheduledEvent(58, 1, OTHER_ON)])
    assert played(schedule.emit(60)) == [OTHER_ON]
    assert schedule.set_transport(epoch(1), 61) == []
    assert played(schedule.set_transport(epoch(3), 62)) == [NoteOff(1, 60)]
    assert schedule.next_due_ns() is None


def test_a_plan_moves_with_its_transport() -> None:
    schedule = schedule_of((10, ON), (90, OFF))
    assert schedule.set_transport(NANOSECONDS.shifted(5), 0) == []
    assert schedule.emit(14) == []
    assert schedule.emit(15) == [SentEvent(15, 15, ON)]
    schedule.set_transport(replace(NANOSECONDS, quarter_ns=2 * NANOSECONDS.quarter_ns), 20)
    assert schedule.next_due_ns() == 180


def test_an_advance_sends_all_of_it_earlier_and_a_negative_one_later() -> None:
    schedule = schedule_of((100, ON), (200, OFF))
    schedule.advance_ns = 30
    assert schedule.emit(70) == [SentEvent(70, 70, ON)]
    schedule.advance_ns = -30
    assert schedule.next_due_ns() == 230


def test_replan_drops_releases_too_and_releases_nothing() -> None:
    schedule = schedule_of((10, ON), (40, OTHER_ON), (60, OTHER_OFF), (90, OFF), (95, ON))
    schedule.emit(10)
    assert schedule.replan(after_tick=50, now_ns=20) == []
    assert schedule.sounding == {(0, 60)}
    assert played(schedule.emit(40)) == [OTHER_ON]
    schedule.add([ScheduledEvent(70, 0, OFF), ScheduledEvent(80, 0, OTHER_OFF)])
    assert played(schedule.emit(200)) == [OFF, OTHER_OFF]


def test_replan_keeps_the_release_of_a_drum() -> None:
    hit, later = NoteOn(9, 49, 90), NoteOn(9, 38, 90)
    schedule = schedule_of((10, hit), (40, later), (60, NoteOff(9, 49)), (90, NoteOff(9, 38)))
    schedule.emit(10)
    assert schedule.replan(after_tick=20, now_ns=15) == []
    assert played(schedule.emit(100)) == [NoteOff(9, 49)]
    assert not schedule.sounding


def test_a_replan_that_comes_late_leaves_the_release_of_what_has_been_sent() -> None:
    schedule = schedule_of((10, ON), (40, OFF), (50, ON), (60, OFF))
    schedule.emit(10)
    assert schedule.replan(after_tick=5, now_ns=15) == []
    assert played(schedule.emit(100)) == [OFF]
    assert not schedule.sounding


def test_a_replan_that_comes_late_releases_what_has_been_sent_and_has_no_release_yet() -> None:
    schedule = schedule_of((5, OTHER_ON), (10, ON))
    schedule.emit(10)
    assert schedule.replan(after_tick=5, now_ns=15) == [SentEvent(15, 15, RELEASE)]
    assert schedule.sounding == {(1, 60)}  # its release is in the new plan


def test_a_replan_that_comes_late_leaves_a_second_strike_to_the_new_plan() -> None:
    schedule = schedule_of((10, ON), (20, OFF))
    schedule.emit(10)
    schedule.add([ScheduledEvent(12, 0, ON, 4)])
    assert schedule.replan(after_tick=5, now_ns=11) == []
    assert played(schedule.emit(12)) == [RELEASE, ON]
    assert schedule.sounding == {(0, 60)}


def test_release_all_leaves_no_sound_and_no_plan() -> None:
    schedule = schedule_of((10, ON), (10, OTHER_ON), (90, OFF))
    schedule.emit(10)
    assert schedule.release_all(20) == [
        SentEvent(20, 20, RELEASE),
        SentEvent(20, 20, NoteOff(1, 60)),
    ]
    assert schedule.sounding == frozenset()
    assert schedule.release_all(21) == []
    assert schedule.emit(100) == []


def test_dropped_events_are_counted() -> None:
    schedule = schedule_of((10, ON), (10, OTHER_ON), (20, OFF))
    schedule.emit(100)
    assert schedule.dropped == 2


def test_panic_silences_exactly_the_used_channels() -> None:
    schedule = schedule_of((10, OTHER_ON), (10, ProgramChange(3, 5)), (90, NoteOn(4, 1, 1)))
    schedule.emit(10)
    silence = [
        ControlChange(channel, control, 0)
        for channel in (1, 3)
        for control in (SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF)
    ]
    assert played(schedule.panic(20)) == [NoteOff(1, 60), *silence]
    assert played(schedule.panic(21)) == silence


class Synthesizer:
    """Receives sent events, and fails on a wrong one. The velocity of a note identifies it."""

    def __init__(self) -> None:
        self.sounding: dict[tuple[int, int], int] = {}
        self.pedals: set[int] = set()
        self.sounded: set[int] = set()

    def receive(self, sent: list[SentEvent]) -> None:
        """Process sent events, in order."""
        for each in sent:
            match each.event:
                case NoteOn(channel, pitch, name):
                    assert (channel, pitch) not in self.sounding, "struck while it sounds"
                    assert name not in self.sounded, "sent twice"
                    assert each.sent_ns - each.due_ns <= LIMIT_NS, "struck too late"
                    self.sounding[channel, pitch] = name
                    self.sounded.add(name)
                case NoteOff(channel, pitch):
                    assert (channel, pitch) in self.sounding, "released while it is silent"
                    del self.sounding[channel, pitch]
                case ControlChange(channel, _, value):
                    (self.pedals.add if value >= SWITCH_ON else self.pedals.discard)(channel)


class Session:
    """A random session: an engine that replans, a clock that stalls, a synthesizer."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.schedule = Schedule(NANOSECONDS, LIMIT_NS)
        self.synthesizer = Synthesizer()
        self.now_ns = 0
        self.ends: dict[int, ScheduledEvent] = {}  # a note's velocity to its release
        self.plan: list[ScheduledEvent] = []  # note-ons that may still sound
        self.forbidden: set[int] = set()  # velocities of dropped notes

    @property
    def epoch(self) -> int:
        """The present epoch."""
        return self.schedule.transport.epoch

    def play(self) -> None:
        """Plan some notes, in or near this epoch, in any order; some are late."""
        dues = []
        for _ in range(self.rng.randint(1, 4)):
            name = len(self.ends) + 1
            if name > 127:
                break
            number = self.epoch + self.rng.choice((-1, 0, 0, 0, 0, 1, 2))
            channel, pitch = self.rng.randint(0, 1), self.rng.randint(60, 62)
            begin_ns = self.now_ns + self.rng.randint(-2 * LIMIT_NS, 200)
            on = ScheduledEvent(begin_ns, number, NoteOn(channel, pitch, name))
            end = ScheduledEvent(
                begin_ns + self.rng.choice((0, 1, 20, 100)), number, NoteOff(channel, pitch)
            )
            self.ends[name] = end
            self.plan.append(on)
            if number != self.epoch:
                self.forbidden.add(name)
            dues += [on, end]
        if self.rng.random() < 0.3:
            pedal = ControlChange(self.rng.randint(0, 1), SUSTAIN, self.rng.choice((0, 127)))
            dues.append(ScheduledEvent(self.now_ns + self.rng.randint(0, 100), self.epoch, pedal))
        self.schedule.add(dues)

    def emit(self) -> None:
        """Advance the clock a little or by a stall; send due events, perhaps for a period."""
        self.now_ns += self.rng.choice((0, 1, 5, 10, 20, 20, 20, 60))
        ahead_ns = self.rng.choice((0, 0, 10))
        self.synthesizer.receive(self.schedule.emit(self.now_ns, ahead_ns))
        for name in self.synthesizer.sounding.values():
            assert self.ends[name].tick > self.now_ns + ahead_ns, "a note outlives its end"
        assert (self.schedule.next_due_ns() or FOREVER_NS) > self.now_ns + ahead_ns

    def silenced(self, sent: list[SentEvent]) -> None:
        """Process what a command sends; nothing sounds after it."""
        self.synthesizer.receive(sent)
        assert not self.synthesizer.sounding
        assert not self.synthesizer.pedals

    def retract(self) -> None:
        """Retract notes that begin after a random time."""
        after = self.now_ns + self.rng.randint(-20, 150)
        self.forbid(lambda due: due.epoch == self.epoch and due.tick > after)
        self.silenced(self.schedule.retract(after, self.now_ns))

    def begin_epoch(self) -> None:
        """Begin an epoch, sometimes the present one."""
        number = self.epoch + self.rng.choice((0, 1, 1, 2))
        if number == self.epoch:
            assert self.schedule.set_transport(epoch(number), self.now_ns) == []
        else:
            self.forbid(lambda due: due.epoch != number)
            self.silenced(self.schedule.set_transport(epoch(number), self.now_ns))

    def stop(self) -> None:
        """End everything, by release or panic."""
        self.forbid(lambda _due: True)
        leave = self.rng.choice((self.schedule.release_all, self.schedule.panic))
        self.silenced(leave(self.now_ns))

    def forbid(self, is_taken_back: Callable[[ScheduledEvent], bool]) -> None:
        """Record which notes must not sound any more."""
        for due in self.plan:
            assert isinstance(due.event, NoteOn)
            if is_taken_back(due) and due.event.velocity not in self.synthesizer.sounded:
                self.forbidden.add(due.event.velocity)
        self.plan = [due for due in self.plan if not is_taken_back(due)]

    def run(self) -> None:
        """Do about sixty random actions, then stop."""
        steps = (self.play, self.emit, self.retract, self.begin_epoch, self.stop)
        for _ in range(60):
            self.rng.choices(steps, weights=(8, 16, 2, 1, 1))[0]()
            assert self.schedule.sounding == self.synthesizer.sounding.keys()
            assert not self.synthesizer.sounded & self.forbidden, "a note taken back was heard"
        self.stop()


def test_ten_thousand_sessions_leave_nothing_sounding() -> None:
    sounded = 0
    for seed in range(10_000):
        session = Session(seed)
        try:
            session.run()
        except AssertionError as error:
            error.add_note(f"in session {seed}")
            raise
        sounded += len(session.synthesizer.sounded)
    assert sounded > 50_000  # five a session, or the sessions prove nothing


def test_only_notes_without_a_planned_release_are_released() -> None:
    schedule = Schedule(NANOSECONDS)
    plan = ((0, NoteOn(0, 60, 9)), (0, NoteOn(1, 61, 9)), (50, NoteOff(0, 60)))
    schedule.add(ScheduledEvent(tick, 0, event) for tick, event in plan)
    schedule.emit(0)
    assert [each.event for each in schedule.release_unplanned(10)] == [NoteOff(1, 61)]
    assert schedule.sounding == {(0, 60)}
    assert [each.event for each in schedule.emit(100)] == [NoteOff(0, 60)]
    assert schedule.release_unplanned(200) == []
