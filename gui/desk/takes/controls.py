"""The controls above the takes: buttons, the number of bars, the trail, and the progress."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSpinBox, QWidget

from gui.desk.takes.trail import TakesTrail

MAX_BARS, DEFAULT_BARS = 32, 4
_PROGRESS_MAX = 100  # of a progress bar


class TakesControls(QWidget):
    """The row above the takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.propose = QPushButton(self.tr("Four takes"))
        self.keep = QPushButton(self.tr("Keep"))
        self.extend = QPushButton(self.tr("E&xtend"))
        self.regenerate = QPushButton(self.tr("Again"))
        self.undo = QPushButton(self.tr("Undo"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.save = QPushButton(self.tr("Save as…"))
        self.bars = QSpinBox()
        self.bars.setRange(1, MAX_BARS)
        self.bars.setValue(DEFAULT_BARS)
        self.bars.setSuffix(self.tr(" bars"))
        self.bars.setAccessibleName(self.tr("How many bars to propose"))
        self.progress = QProgressBar()
        self.progress.setRange(0, _PROGRESS_MAX)
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(QSize(90, 6))
        self.progress.setAccessibleName(self.tr("Progress of the takes"))
        self.trail = TakesTrail()
        self._set_tips()
        self._lay_out()

    def show_busy(self, busy: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Show whether takes are being generated, which can be cancelled."""
        for widget in (self.progress, self.cancel):
            widget.setVisible(busy)

    def show_progress(self, fraction: float) -> None:
        """Show which fraction of the takes is ready, from 0 to 1."""
        self.progress.setValue(round(_PROGRESS_MAX * fraction))

    def _set_tips(self) -> None:
        for widget, tip in (
            (
                self.propose,
                self.tr("Generate four continuations of what you just played (Ctrl+T)."),
            ),
            (self.keep, self.tr("Keep this take. Undo reverts that.")),
            (self.extend, self.tr("Keep it, and generate four continuations of it.")),
            (self.regenerate, self.tr("Generate four others in place of these.")),
            (self.undo, self.tr("Go back one step (Ctrl+Z).")),
            (self.cancel, self.tr("Stop generating; complete takes stay.")),
            (self.save, self.tr("All the music up to here, as a MIDI file (Ctrl+S).")),
            (self.bars, self.tr("How many bars to propose.")),
        ):
            widget.setToolTip(tip)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.propose)
        row.addWidget(self.bars)
        row.addSpacing(8)
        for button in (self.keep, self.extend, self.regenerate, self.undo):
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self.trail, 1)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        row.addWidget(self.save)
