"""What one does all the time, with one hand: begin, hand over, come to an end, panic.

One big button begins: with what the player plays, out of nothing, or with a phrase that comes with
Antiphon. Beside it stands, in one sentence, what goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from bridge.messages.requests import End, Stop, HandOver, Start
from bridge.messages.settings import Mode
from bridge.messages.snapshot import TurnState
from bridge.midi import smf
from bridge.playout.protocol import Inject, Panic
from bridge.system.clock import Clock, SystemClock
from gui.desk.widgets.names import phrase_name
from gui.engine.phrases import USUAL_STYLES, fingers, phrase_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.messages.snapshot import Snapshot

_TWICE_MS = 700
_SOON_NS = 500_000_000
_NEWS_MS = 8000
_HEIGHT_PX, _START_PX = 38, 132
_MINE, _NOTHING = "", "-"


class TopBar(QWidget):
    """Begins, hands over, ends, silences; says what goes on."""

    asked = Signal(object)
    """Carries a request."""

    def __init__(self, clock: Clock | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock, self._escaped = clock or SystemClock(), QElapsedTimer()
        self._snapshot: Snapshot | None = None
        self.start = self._button(
            self.tr("&Start"), self._start_or_stop, self.tr("Begin to listen, or stop.")
        )
        self.begin_with = self._phrases()
        self.answer = self._button(
            self._answers(begins=False),
            lambda: self.asked.emit(HandOver()),
            self.tr("Hand over at once; or let Antiphon begin, out of nothing."),
        )
        self.end = self._button(
            self.tr("&End"),
            lambda: self.asked.emit(End()),
            self.tr("Let it come to an end, where music ends."),
        )
        self.panic = self._button(
            self.tr("&Panic"),
            lambda: self.asked.emit(Panic()),
            self.tr("Silence everything (or press Esc twice)."),
        )
        self._goes_on = self.tr("Waking the engine ...")
        self._status = QLabel(self._goes_on)
        self.news_ms = _NEWS_MS
        """So long news are said."""
        self._phrase = "", 0  # what it began with, and when that is over
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.timeout.connect(self._say_what_goes_on)
        self._lay_out()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show what can be done now, and say what goes on if it is something else."""
        self._snapshot = snapshot
        for control in (self.start, self.panic):
            control.setEnabled(True)
        running = snapshot.state is not TurnState.STOPPED
        self.start.setText(self.tr("&Stop") if running else self.tr("&Start"))
        self.begin_with.setEnabled(not running)
        begins = snapshot.state is TurnState.LISTENING
        self.answer.setText(self._answers(begins=begins))
        self.answer.setEnabled(snapshot.state in (TurnState.LISTENING, TurnState.PLAYER))
        self.end.setEnabled(snapshot.state is TurnState.ANSWERING)
        if (told := self._told(snapshot)) != self._goes_on:
            self._goes_on = told
            self._say_what_goes_on()

    def say(self, text: str) -> None:
        """Say this, for a while or until something happens."""
        self._say(text)
        self._news.start(self.news_ms)

    def _say_what_goes_on(self) -> None:
        self._news.stop()
        self._say(self._goes_on)

    def _say(self, text: str) -> None:
        self._status.setText(text)
        self._status.setToolTip(text)

    @property
    def said(self) -> str:
        """Return what stands there now."""
        return self._status.text()

    def give_up(self) -> None:
        """Let nothing be done any more: there is nobody to do it."""
        for control in (self.start, self.begin_with, self.answer, self.end, self.panic):
            control.setEnabled(False)

    def escape(self) -> None:
        """Panic on the second of two quick presses."""
        if self._escaped.isValid() and self._escaped.elapsed() < _TWICE_MS:
            self.asked.emit(Panic())
            self._escaped.invalidate()
        else:
            self._escaped.start()

    def _start_or_stop(self) -> None:
        if self._snapshot is not None and self._snapshot.state is not TurnState.STOPPED:
            self.asked.emit(Stop())
            return
        self._phrase = "", 0
        self.asked.emit(Start())
        first = self.begin_with.currentData()
        if first == _NOTHING:
            self.asked.emit(HandOver())
        elif first != _MINE:
            score = smf.read(phrase_file(first)).score
            keys = fingers(score, self._clock.now_ns() + _SOON_NS)
            self._phrase = first, keys[-1].time_ns
            self.asked.emit(Inject(keys))

    def _told(self, snapshot: Snapshot) -> str:
        if snapshot.learning is not None:
            return self.tr("Move the pedal, knob or key that is to do it.")
        if snapshot.audition_span_ns is not None:
            return self.tr("Playing a take. Play to come in.")
        phrase, end_ns = self._phrase
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

    def _answers(self, *, begins: bool) -> str:
        """Return the text of the button that lets Antiphon play."""
        return self.tr("You &begin") if begins else self.tr("&Answer now")

    def changeEvent(self, event: QEvent) -> None:
        """Give that button room for both of its texts, so that nothing moves when they change."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._make_room()

    def _make_room(self) -> None:
        shown = self.answer.text()
        self.answer.setMinimumWidth(0)
        widths = []
        for begins in (False, True):
            self.answer.setText(self._answers(begins=begins))
            widths.append(self.answer.sizeHint().width())
        self.answer.setMinimumWidth(max(widths))
        self.answer.setText(shown)

    def _button(self, text: str, clicked: Callable[[], object], tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setMinimumHeight(_HEIGHT_PX)
        button.setToolTip(tip)
        button.clicked.connect(clicked)
        return button

    def _phrases(self) -> QComboBox:
        box = QComboBox()
        box.addItem(self.tr("with what I play"), _MINE)
        box.addItem(self.tr("out of nothing"), _NOTHING)
        for name in USUAL_STYLES:
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
        for widget in (self.start, self.begin_with, self.answer, self.end):
            row.addWidget(widget)
        self._make_room()
        row.addSpacing(12)
        row.addWidget(self._status, 1)
        row.addWidget(self.panic)

    def add(self, button: QPushButton) -> None:
        """Put a button of the window's before the panic button."""
        button.setMinimumHeight(_HEIGHT_PX)
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(row.count() - 1, button)
