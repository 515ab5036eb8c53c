"""The top bar: start, hand over, end and panic, each with one click.

One large button starts with the player's music, with nothing, or with a phrase that comes with
Antiphon. Beside it a sentence shows the state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from bridge.messages.requests import End, HandOver, Start, Stop
from bridge.messages.settings import Mode
from bridge.messages.snapshot import TurnState
from bridge.midi import smf
from bridge.playout.protocol import Inject, Panic
from bridge.system.clock import Clock, SystemClock
from gui.desk.widgets.names import phrase_name
from gui.engine.phrases import DEFAULT_STYLES, performance_events, phrase_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.messages.snapshot import Snapshot

_DOUBLE_PRESS_MS = 700
_LEAD_NS = 500_000_000
_MESSAGE_MS = 8000
_HEIGHT_PX, _START_PX = 38, 132
_OWN_PHRASE, _NO_PHRASE = "", "-"


class TopBar(QWidget):
    """Starts, hands over, ends, silences, and shows the state."""

    # More than 12 attributes: most are controls, one attribute each.

    requested = Signal(object)
    """Carries a request."""

    def __init__(self, clock: Clock | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock, self._since_escape = clock or SystemClock(), QElapsedTimer()
        self._snapshot: Snapshot | None = None
        self.start = self._button(
            self.tr("&Start"), self._start_or_stop, self.tr("Start or stop the session.")
        )
        self.phrase_box = self._make_phrase_box()
        self.answer = self._button(
            self._answer_text(begins=False),
            lambda: self.requested.emit(HandOver()),
            self.tr("Hand over at once, or have Antiphon begin."),
        )
        self.end = self._button(
            self.tr("&End"),
            lambda: self.requested.emit(End()),
            self.tr("Bring the response to a musical end."),
        )
        self.panic = self._button(
            self.tr("&Panic"),
            lambda: self.requested.emit(Panic()),
            self.tr("Silence everything (or press Esc twice)."),
        )
        self._state_text = self.tr("Starting the engine ...")
        self._status = QLabel(self._state_text)
        self.message_ms = _MESSAGE_MS
        """How long a message is shown, in milliseconds."""
        self._demo_phrase = "", 0  # the phrase that started, and when it ends
        self._message_timer = QTimer(self)
        self._message_timer.setSingleShot(True)
        self._message_timer.timeout.connect(self._show_state)
        self._lay_out()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Enable the possible commands, and show the state if it has changed."""
        self._snapshot = snapshot
        for control in (self.start, self.panic):
            control.setEnabled(True)
        running = snapshot.state is not TurnState.STOPPED
        self.start.setText(self.tr("&Stop") if running else self.tr("&Start"))
        self.phrase_box.setEnabled(not running)
        begins = snapshot.state is TurnState.LISTENING
        self.answer.setText(self._answer_text(begins=begins))
        self.answer.setEnabled(snapshot.state in (TurnState.LISTENING, TurnState.PLAYER))
        self.end.setEnabled(snapshot.state is TurnState.ANSWERING)
        if (text := self._describe_state(snapshot)) != self._state_text:
            self._state_text = text
            self._show_state()

    def show_keyboard(self, before: str, now: str) -> None:
        """Show that a keyboard is heard from now on, or that it has been unplugged."""
        if now and now != before:
            self.show_message(self.tr("Listening to {}.").format(now))
        elif before and not now:
            self.show_message(self.tr("{} is no longer heard.").format(before))

    def show_message(self, text: str) -> None:
        """Show a message, for a while or until the state changes."""
        self._set_status(text)
        self._message_timer.start(self.message_ms)

    def _show_state(self) -> None:
        self._message_timer.stop()
        self._set_status(self._state_text)

    def _set_status(self, text: str) -> None:
        self._status.setText(text)
        self._status.setToolTip(text)

    @property
    def status_text(self) -> str:
        """The text that is shown."""
        return self._status.text()

    def disable(self) -> None:
        """Disable all commands, because there is no engine, and say so."""
        for control in (self.start, self.phrase_box, self.answer, self.end, self.panic):
            control.setEnabled(False)
        self._snapshot, self._state_text = None, self.tr("There is no engine.")
        self._show_state()

    def handle_escape(self) -> None:
        """Send panic on the second of two quick presses."""
        if self._since_escape.isValid() and self._since_escape.elapsed() < _DOUBLE_PRESS_MS:
            self.requested.emit(Panic())
            self._since_escape.invalidate()
        else:
            self._since_escape.start()

    def _start_or_stop(self) -> None:
        if self._snapshot is not None and self._snapshot.state is not TurnState.STOPPED:
            self.requested.emit(Stop())
            return
        self._demo_phrase = "", 0
        self.requested.emit(Start())
        first = self.phrase_box.currentData()
        if first == _NO_PHRASE:
            self.requested.emit(HandOver())
        elif first != _OWN_PHRASE:
            score = smf.read(phrase_file(first)).score
            keys = performance_events(score, self._clock.now_ns() + _LEAD_NS)
            self._demo_phrase = first, keys[-1].time_ns
            self.requested.emit(Inject(keys))

    def _describe_state(self, snapshot: Snapshot) -> str:
        if snapshot.state is not TurnState.STOPPED and (hindrance := self._hindrance(snapshot)):
            return hindrance
        if snapshot.learning is not None:
            return self.tr("Move the pedal, knob or key to learn.")
        if snapshot.audition_span_ns is not None:
            return self.tr("Playing a take. Play to come in.")
        phrase, end_ns = self._demo_phrase
        if snapshot.now_ns < end_ns and snapshot.state in (TurnState.LISTENING, TurnState.PLAYER):
            return self.tr("The {} begins.").format(phrase_name(phrase))
        by_mode = {
            (TurnState.ANSWERING, Mode.ACCOMPANY): self.tr("Playing with you."),
            (TurnState.ANSWERING, Mode.TRADE): self.tr("Antiphon's bars. Yours come next."),
            (TurnState.PLAYER, Mode.TRADE): self.tr("Your bars. Antiphon's come next."),
        }
        if (snapshot.state, snapshot.settings.mode) in by_mode:
            return by_mode[snapshot.state, snapshot.settings.mode]
        return {
            TurnState.STOPPED: self.tr("Press Start, and play."),
            TurnState.LISTENING: self.tr("Listening. Play a phrase."),
            TurnState.PLAYER: self.tr("Hearing you. Pause to hand over."),
            TurnState.ANSWERING: self.tr("Answering. Play to come back in."),
        }[snapshot.state]

    def _hindrance(self, snapshot: Snapshot) -> str:
        """Return why nothing can be heard, whosever turn it is; empty if something can."""
        if snapshot.sends_nothing:
            return self.tr("Nothing plays: MIDI stands still.")
        if snapshot.has_no_outlet:
            return self.tr("Nothing plays: there is no port, no plugin and no synth.")
        return ""

    def _answer_text(self, *, begins: bool) -> str:
        """Return the text of the button that makes Antiphon play."""
        return self.tr("You &begin") if begins else self.tr("&Answer now")

    def changeEvent(self, event: QEvent) -> None:
        """Reserve room for both texts of that button, so that no control moves."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._reserve_width()

    def _reserve_width(self) -> None:
        shown = self.answer.text()
        self.answer.setMinimumWidth(0)
        widths = []
        for begins in (False, True):
            self.answer.setText(self._answer_text(begins=begins))
            widths.append(self.answer.sizeHint().width())
        self.answer.setMinimumWidth(max(widths))
        self.answer.setText(shown)

    def _button(self, text: str, clicked: Callable[[], object], tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setMinimumHeight(_HEIGHT_PX)
        button.setToolTip(tip)
        button.clicked.connect(clicked)
        return button

    def _make_phrase_box(self) -> QComboBox:
        box = QComboBox()
        box.addItem(self.tr("with what I play"), _OWN_PHRASE)
        box.addItem(self.tr("out of nothing"), _NO_PHRASE)
        for name in DEFAULT_STYLES:
            box.addItem(self.tr("with the {}").format(phrase_name(name)), name)
        box.setMinimumHeight(_HEIGHT_PX)
        box.setAccessibleName(self.tr("What to begin with"))
        box.setToolTip(self.tr("What Antiphon answers first: you, nothing, or a phrase."))
        return box

    def _lay_out(self) -> None:
        self.start.setObjectName("start")
        self.start.setDefault(True)
        self.start.setMinimumWidth(_START_PX)
        self.panic.setObjectName("panic")
        self.answer.setEnabled(False)
        self.end.setEnabled(False)
        self._status.setObjectName("status")
        self._status.setWordWrap(True)
        self._status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.start, self.phrase_box, self.answer, self.end):
            row.addWidget(widget)
        self._reserve_width()
        row.addSpacing(12)
        row.addWidget(self._status, 1)
        row.addWidget(self.panic)

    def add_button(self, button: QPushButton) -> None:
        """Add a button of the window, before the panic button."""
        button.setMinimumHeight(_HEIGHT_PX)
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(row.count() - 1, button)
