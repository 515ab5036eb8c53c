"""The panel of a checkup: a list of its findings, and the buttons to answer it.

A checkup runs by itself on the first start of the app, and later on request. The panel blocks
nothing meanwhile. The checkup itself is in `gui.desk.devices.checkup`; the panel adds its timer and
its widgets, and translates its sentences.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bridge.system.clock import Clock, SystemClock
from bridge.system.units import MS
from gui.desk.devices.checkup import Checkup, Finding
from gui.desk.devices.sign import StatusIcon
from gui.desk.widgets.heading import Heading
from gui.desk.widgets.languages import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.messages.snapshot import Snapshot
    from gui.desk.widgets.theme import Theme

_PERIOD_MS = 100


@dataclass(frozen=True, slots=True)
class _Row:
    """The widgets of a finding, and the buttons to answer it."""

    icon: StatusIcon
    title: QLabel
    sentence: QLabel
    buttons: QHBoxLayout


class DoctorPanel(QWidget):
    """Shows a checkup and steps it through its stages."""

    requested = Signal(object)
    """Carries a request for the engine."""
    advance_chosen = Signal(int)
    """Carries the output advance to set, in nanoseconds."""

    def __init__(
        self,
        theme: Theme,
        clock: Clock | None = None,
        platform: str = sys.platform,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock or SystemClock()
        self._checkup = Checkup(platform)
        self._snapshot: Snapshot | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD_MS)
        self._timer.timeout.connect(self.step)
        check = self.tr("Play four soft notes, and check whether they go out and come back.")
        self.check = self._button(self.tr("&Check"), check, self.start)
        self.cancel = self._button(self.tr("&Cancel"), self.tr("Stop the checkup."), self._cancel)
        sounds = (
            self.tr("The notes sound on your instrument."),
            lambda: self._record_answer(heard=True),
        )
        silent = self.tr("Show what to check."), lambda: self._record_answer(heard=False)
        self.yes = self._button(self.tr("I &hear it"), *sounds)
        self.no = self._button(self.tr("&No"), *silent)
        self.advance = self._button(
            "", self.tr("Send everything earlier by this time."), self._choose_advance
        )
        self._rows = tuple(self._row(theme) for _ in self._checkup.findings)
        self._lay_out()
        self._refresh()

    @property
    def is_running(self) -> bool:
        """Whether a checkup runs."""
        return self._checkup.is_running

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that are shown."""
        return self._checkup.findings

    def start(self) -> None:
        """Start a checkup; it begins as soon as the engine is ready."""
        self._checkup.start()
        self._timer.start()
        self.step()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Store the engine's state."""
        self._snapshot = snapshot
        self.step()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        for row in self._rows:
            row.icon.set_theme(theme)

    def step(self) -> None:
        """Step the checkup with the latest snapshot."""
        if self._snapshot is not None:
            for request in self._checkup.step(self._clock.now_ns(), self._snapshot):
                self.requested.emit(request)
        if not self._checkup.is_running:
            self._timer.stop()
        self._refresh()

    def _cancel(self) -> None:
        for request in self._checkup.cancel():
            self.requested.emit(request)
        self.step()

    def _record_answer(self, *, heard: bool) -> None:
        self._checkup.record_answer(heard=heard)
        self._refresh()

    def _choose_advance(self) -> None:
        if self._checkup.advance_ns is not None:
            self.advance_chosen.emit(self._checkup.advance_ns)

    # Display.

    def _refresh(self) -> None:
        checkup = self._checkup
        self.check.setVisible(not checkup.is_running)
        self.cancel.setVisible(checkup.is_running)
        for button in (self.yes, self.no):
            button.setVisible(checkup.asks_if_heard)
        advance_ns = checkup.advance_ns
        self.advance.setVisible(advance_ns is not None)
        if advance_ns is not None:
            words = self.tr("Se&t advance to {:.1f} ms").format(advance_ns / MS)
            self.advance.setText(words)
        for row, finding in zip(self._rows, checkup.findings, strict=True):
            row.icon.show_status(finding.status)
            title, sentence = translated(finding.title), translated(finding.sentence)
            if row.sentence.text() != sentence:
                row.sentence.setText(sentence)
            row.title.setText(title)
            row.sentence.setAccessibleName(f"{title}, {row.icon.accessibleName()}: {sentence}")

    def _button(self, text: str, tip: str, clicked: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(clicked)
        return button

    def _row(self, theme: Theme) -> _Row:
        row = _Row(StatusIcon(theme), QLabel(), QLabel(), QHBoxLayout())
        font = row.title.font()
        font.setBold(True)
        row.title.setFont(font)
        row.sentence.setWordWrap(True)
        row.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return row

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(Heading(self.tr("Checkup")), 1)
        above.addWidget(self.check)
        above.addWidget(self.cancel)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        for place, row in enumerate(self._rows):
            grid.addWidget(row.icon, 4 * place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(row.title, 4 * place, 1)
            grid.addWidget(row.sentence, 4 * place + 1, 1)
            grid.addLayout(row.buttons, 4 * place + 2, 1)
            grid.setRowMinimumHeight(4 * place + 3, 6)
        _, notes, _, trip = self._rows
        for row, answers in ((notes, (self.yes, self.no)), (trip, (self.advance,))):
            row.buttons.setSpacing(8)
            for answer in answers:
                row.buttons.addWidget(answer)
            row.buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(above)
        column.addLayout(grid)
