"""The panel for MIDI learn: which pedal, knob or key triggers which action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bridge.messages.requests import Bind, Learn
from bridge.midi.controls import Action
from gui.desk.widgets.names import setting_name

if TYPE_CHECKING:
    from bridge.messages.snapshot import Snapshot
    from bridge.midi.controls import Bindings


@dataclass(frozen=True, slots=True)
class _Row:
    """An action, its controls, and the buttons to learn and clear them."""

    control_label: QLabel
    learn: QPushButton
    unbind: QPushButton


class ControlsPanel(QWidget):
    """Shows which control triggers which action, and starts MIDI learn."""

    requested = Signal(object)
    """Carries a `Learn` or a `Bind`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bindings: Bindings = ()
        self._learning: Action | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 8, 0)
        about = QLabel(
            self.tr(
                "Press Learn, then move a pedal, a knob or a key. A learned control no longer "
                "plays music."
            )
        )
        about.setWordWrap(True)
        column.addWidget(about)
        column.addSpacing(6)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        self._rows = {
            action: self._add_row(grid, action, words) for action, words in self._action_labels()
        }
        column.addLayout(grid)
        column.addStretch(1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the learned controls, and the action that waits for one."""
        if (snapshot.bindings, snapshot.learning) == (self._bindings, self._learning):
            return
        self._bindings, self._learning = snapshot.bindings, snapshot.learning
        for action, row in self._rows.items():
            bound = [control.label for control, does in self._bindings if does is action]
            row.control_label.setText(", ".join(bound) or "-")
            row.unbind.setEnabled(bool(bound))
            learns = action is self._learning
            row.learn.setText(self.tr("Cancel") if learns else self.tr("Learn"))

    def _action_labels(self) -> tuple[tuple[Action, str], ...]:
        return (
            (Action.HAND_OVER, self.tr("Hand over")),
            (Action.END, self.tr("End the response")),
            (Action.PANIC, self.tr("Panic")),
            (Action.MODE, self.tr("Next mode")),
            (Action.STYLE, self.tr("Choose a style")),
            (Action.BLEND, self.tr("Blend the styles")),
            *(
                (action, _capitalised(setting_name(action.setting)))
                for action in Action
                if action.setting is not None
            ),
        )

    def _add_row(self, grid: QGridLayout, action: Action, label: str) -> _Row:
        learn, forget = QPushButton(self.tr("Learn")), QPushButton(self.tr("Clear"))
        learn.setAccessibleName(self.tr("Learn: {}").format(label))
        learn.setToolTip(self.tr("Assign the next control that you move to this action."))
        learn.clicked.connect(lambda: self._learn(action))
        forget.setAccessibleName(self.tr("Clear: {}").format(label))
        forget.setToolTip(self.tr("Remove the controls of this action."))
        forget.setEnabled(False)
        forget.clicked.connect(lambda: self._unbind(action))
        row, below = _Row(QLabel("-"), learn, forget), grid.rowCount()
        for column, widget in enumerate((QLabel(label), row.control_label, learn, forget)):
            grid.addWidget(widget, below, column)
        return row

    def _learn(self, action: Action) -> None:
        self.requested.emit(Learn(None if action is self._learning else action))

    def _unbind(self, action: Action) -> None:
        left = tuple(pair for pair in self._bindings if pair[1] is not action)
        self.requested.emit(Bind(left))


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
