"""The session: requests, controls and reports in, effects and snapshots out.

A session processes its input and keeps the settings. `TurnTaking` decides whose turn it is. The
session is pure. `step` takes the time and the input, and returns the effects: messages for the MIDI
I/O process and for the composer, and entries for the log.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.journal_changes import PlayedSoFar
from bridge.history.record import Record
from bridge.messages.composer import Generated
from bridge.messages.requests import (
    Audition,
    Bind,
    ChangeSettings,
    End,
    HandOver,
    Learn,
    Morph,
    Refused,
    Request,
    SetBlendPath,
    Start,
    Stop,
)
from bridge.messages.settings import Mode, Settings, follow_knob
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.midi.controls import Action, Control, ControlMap, TriggeredAction
from bridge.midi.events import TimedEvent
from bridge.playout import protocol
from bridge.session.context import Step
from bridge.session.effects import Effects
from bridge.session.io_status import IoStatus, SessionStatus
from bridge.session.styles.style_control import StyleControl
from bridge.session.turn_taking import TurnTaking
from bridge.sync.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterable

Inbox = protocol.ForSession | Generated | Refused | Request
"""The input of a step."""


class Session:
    """Processes input in steps, each of which returns effects."""

    def __init__(self, settings: Settings, past: Record | None = None) -> None:
        """Begin, or go on after a session that was cut off and has played `past`."""
        self.settings = settings
        """The present settings."""
        past = past or Record()
        self.status = SessionStatus(past.transports)
        """The status of the ports, and the part of the snapshot that is not music."""
        self._turns = TurnTaking(past)
        self._controls, self._style = ControlMap(), StyleControl()
        self._effects = Effects()

    @property
    def state(self) -> TurnState:
        """The state of turn taking."""
        return self._turns.state

    def step(self, now_ns: int, inbox: Iterable[Inbox]) -> Effects:
        """Process the input since the last step; return the effects."""
        self._effects = Effects()
        for item in inbox:
            self._handle_input(now_ns, item)
        settings = self._style.step(self.settings, now_ns)
        if settings is not None:
            self._apply_settings(now_ns, settings)
        self._turns.poll(self._now(now_ns))
        if self._turns.has_timeline:
            self.status.transports.update(self._turns.transport, now_ns)
        return self._effects

    def deadline_ns(self) -> int | None:
        """Return when the next step is due if there is no input, or None."""
        dues = (self._style.next_due_ns, self._turns.next_due_ns(self.settings))
        return min((due for due in dues if due is not None), default=None)

    def snapshot(self, now_ns: int) -> Snapshot:
        """Return the snapshot that the window shows."""
        turns, played = self._turns, self._turns.played
        return replace(
            self.status.snapshot,
            now_ns=now_ns,
            state=turns.state,
            settings=self.settings,
            response_latency_ns=turns.response.latency_ns,
            notes=played.notes,
            transport=turns.transport if turns.has_timeline else Transport(),
            learning=self._controls.learning,
            bindings=self._controls.bindings,
            pedals=played.pedals,
            last_played=played.last(now_ns, answered=False),
            morph_progress=self._style.progress(now_ns),
            audition_span_ns=turns.response.audition_span_ns(turns.transport),
            last_answered=played.last(now_ns, answered=True),
            key=turns.response.key,
            chords=turns.response.chords(turns.transport),
        )

    def record(self, now_ns: int) -> Record:
        """Return all notes played by `now_ns`, with the transports that the session followed."""
        notes, transports = self._turns.played.all_notes, self.status.transports.transports
        return Record(notes, transports).until(now_ns)

    def played_so_far(self, now_ns: int, text: str) -> PlayedSoFar:
        """Return what the journal needs; `text` is the provenance text of the settings."""
        transports = self.status.transports.transports
        return PlayedSoFar(now_ns, self._turns.played.notes, transports, self.settings, text)

    def _now(self, now_ns: int) -> Step:
        return Step(now_ns, self.settings, self._effects)

    # Input.

    def _handle_input(self, now_ns: int, item: Inbox) -> None:
        match item:
            case protocol.Received(events):
                for timed in events:
                    self._handle_event(now_ns, timed)
            case protocol.Emitted():
                self._turns.handle_emitted(self._now(now_ns), item)
            case protocol.InputLost():
                self._turns.release_player(self._now(now_ns), now_ns)
            case protocol.TransportChanged():
                self.status.set_sync_reason(item)
                self._turns.update_transport(self._now(now_ns), item)
            case Generated():
                self._turns.handle_generated(self._now(now_ns), item)
            case protocol.Panic() | Start() | Stop() | HandOver() | End() | Audition():
                self._handle_command(now_ns, item)
            case ChangeSettings() | Morph() | SetBlendPath() | Learn() | Bind():
                self._handle_configuration(now_ns, item)
            case protocol.OpenPorts() | protocol.Inject():
                self._forward(item)
            case _:
                self._update_status(now_ns, item)

    def _forward(self, request: protocol.OpenPorts | protocol.Inject) -> None:
        """Pass a request to the MIDI I/O process; before ports, whether to listen to a keyboard."""
        if isinstance(request, protocol.OpenPorts):
            self._effects.to_io.append(protocol.ListenToKeyboard(self.settings.keyboard))
        self._effects.to_io.append(request)

    def _update_status(self, now_ns: int, report: IoStatus | Refused) -> None:
        self._effects.add(self.status.update(now_ns, report))
        if isinstance(report, protocol.Ready):
            self._bind_panic()
            self._effects.to_io += self._turns.timing.sync_commands(self.settings)

    def _handle_command(
        self, now_ns: int, request: protocol.Panic | Start | Stop | HandOver | End | Audition
    ) -> None:
        step = self._now(now_ns)
        match request:
            case Start():
                self._turns.start(step)
            case Stop():
                self._turns.stop(step)
            case HandOver():
                self._turns.hand_over(step, now_ns, on_request=True)
            case End():
                self._turns.end(step)
            case Audition(score):
                self._turns.audition(step, score)
            case protocol.Panic():
                self._turns.panic(step)

    def _handle_configuration(
        self, now_ns: int, request: ChangeSettings | Morph | SetBlendPath | Learn | Bind
    ) -> None:
        match request:
            case ChangeSettings(settings):
                self._style.note_choice(settings.style)
                self._apply_settings(now_ns, settings)
            case Morph():
                self._style.start(request, now_ns)
            case SetBlendPath(styles):
                self._style.set_path(styles)
            case Learn(action):
                self._controls.learn(action)
            case Bind(bindings):
                self._controls.bind(bindings)
                self._bind_panic()
                for control, _ in bindings:
                    self._release_control(now_ns, control)

    def _bind_panic(self) -> None:
        """Pass the controls of panic to the MIDI I/O process, which must not wait for us."""
        bindings = self._controls.bindings
        controls = frozenset(control for control, action in bindings if action is Action.PANIC)
        self._effects.to_io.append(protocol.BindPanic(controls))

    def _apply_settings(self, now_ns: int, settings: Settings) -> None:
        self._turns.apply_settings(self._now(now_ns), settings)
        if settings.keyboard is not self.settings.keyboard:
            self._effects.to_io.append(protocol.ListenToKeyboard(settings.keyboard))
        self.settings = settings
        self.status.clear_refusal()

    # Controls.

    def _handle_event(self, now_ns: int, timed: TimedEvent) -> None:
        processed = self._controls.process(timed.event)
        if processed.learned is not None:
            self._bind_panic()
            self._release_control(timed.time_ns, processed.learned)
        if processed.triggered is not None:
            self._run_action(now_ns, processed.triggered)
        if not processed.is_control:
            self._turns.handle_player_event(self._now(now_ns), timed)

    def _release_control(self, now_ns: int, control: Control) -> None:
        """Release a key that has become a control: its own release is no longer a key's."""
        released = TimedEvent(now_ns, control.release)
        self._turns.handle_player_event(self._now(now_ns), released)

    def _run_action(self, now_ns: int, triggered: TriggeredAction) -> None:
        """Run the action that a control has triggered."""
        match triggered.action:
            case Action.HAND_OVER:
                self._handle_command(now_ns, HandOver())
            case Action.END:
                self._handle_command(now_ns, End())
            case Action.PANIC:
                self._handle_command(now_ns, protocol.Panic())
            case Action.MODE:
                modes = list(Mode)
                following = modes[(modes.index(self.settings.mode) + 1) % len(modes)]
                self._apply_settings(now_ns, replace(self.settings, mode=following))
                self._effects.log(now_ns, "mode", text=following.value)
            case Action.STYLE | Action.BLEND:
                self._apply_knob(now_ns, self._style.turn_knob(self.settings, triggered))
            case Action(setting=str(name)):
                self._apply_knob(now_ns, follow_knob(self.settings, name, triggered.value))

    def _apply_knob(self, now_ns: int, settings: Settings | None) -> None:
        """Apply the settings for a knob's position; a knob that jitters may change none."""
        if settings is not None and settings != self.settings:
            self._apply_settings(now_ns, settings)
