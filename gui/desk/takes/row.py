"""The row of takes: small rolls side by side, and the keys that choose among them.

Takes have numbers in the tree, and rolls have columns. Outside this file only numbers count.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from bridge.history.takes import TakeNode, TakeTree
from gui.desk.takes.card import TakeState
from gui.desk.takes.small_roll import SmallRoll
from gui.engine.proposals import DEFAULT_COUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtCore import SignalInstance

    from gui.desk.widgets.theme import Theme


class TakesRow(QWidget):
    """Shows takes in columns."""

    played = Signal(int)
    """Carries the number of the take to play or to stop."""
    kept = Signal(int)
    """Carries the number of the take to keep."""
    chosen = Signal(int)
    """Carries the number of the take that the next command applies to."""

    def __init__(
        self,
        theme: Theme,
        write_file: Callable[[int, bool], Path | None],
        parent: QWidget | None = None,
    ) -> None:
        """Show no takes; `write_file` writes a take, or all the music up to it, to a file."""
        super().__init__(parent)
        self._write_take = write_file
        self.rolls = [
            SmallRoll(theme, partial(self._write_file, column)) for column in range(DEFAULT_COUNT)
        ]
        self.numbers: list[int | None] = [None] * DEFAULT_COUNT
        """The take in each column."""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for column, roll in enumerate(self.rolls):
            layout.addWidget(roll, 1)
            roll.played.connect(partial(self._emit, self.played, column))
            roll.kept.connect(partial(self._emit, self.kept, column))
            roll.chosen.connect(partial(self._emit, self.chosen, column))

    @property
    def focused(self) -> int | None:
        """The number of the take whose roll has the focus."""
        columns = enumerate(self.rolls)
        return next((self.numbers[c] for c, roll in columns if roll.hasFocus()), None)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        for roll in self.rolls:
            roll.set_theme(theme)

    def clear(self, first_position: int) -> None:
        """Empty all columns; the positions in them are counted from `first_position`."""
        self.numbers = [None] * DEFAULT_COUNT
        for column, roll in enumerate(self.rolls):
            roll.clear(first_position + column)

    def fill(self, numbers: Sequence[int]) -> None:
        """Put takes into the first columns, and empty the others."""
        self.numbers = [*numbers, *[None] * (DEFAULT_COUNT - len(numbers))]
        for column, number in enumerate(self.numbers):
            if number is None:
                self.rolls[column].clear(column + 1)

    def show_takes(self, takes: TakeTree, chosen: int | None, playing: int | None) -> None:
        """Show the takes that are in the columns, as they are now."""
        for number, roll in zip(self.numbers, self.rolls, strict=True):
            roll.set_chosen(number is not None and number == chosen)
            if number is None:
                continue
            take = takes.nodes[number]
            assert isinstance(take, TakeNode)
            state = TakeState.KEPT if takes.is_kept(number) else TakeState.READY
            state = TakeState.PLAYING if number == playing else state
            position, before = takes.sibling_number(number), takes.score_to(take.parent)
            playhead = roll.playhead
            roll.show_take(position, before, take.span, take.notes, state, take.run)
            if playhead is not None and state is TakeState.PLAYING:
                roll.set_playhead(playhead)

    def set_playhead(self, number: int, fraction: float) -> None:
        """Show which fraction of a take has sounded, if it is in a column."""
        if number in self.numbers:
            self.rolls[self.numbers.index(number)].set_playhead(fraction)

    def press(self, key: int) -> bool:
        """Choose a take with an arrow key, or play one by its number; return whether it is one."""
        columns = [column for column, number in enumerate(self.numbers) if number is not None]
        focused = next((c for c in columns if self.rolls[c].hasFocus()), None)
        keys, step = Qt.Key, {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in step and focused is not None:
            at = columns.index(focused) + step[Qt.Key(key)]
            self.rolls[columns[at % len(columns)]].setFocus()
        elif keys.Key_1 <= key <= keys.Key_4 and key - keys.Key_1 in columns:
            self.rolls[key - keys.Key_1].setFocus()
            self._emit(self.played, key - keys.Key_1)
        else:
            return False
        return True

    def _emit(self, signal: SignalInstance, column: int) -> None:
        if (number := self.numbers[column]) is not None:
            signal.emit(number)

    def _write_file(self, column: int, up_to_end: bool) -> Path | None:  # noqa: FBT001 - called by place
        number = self.numbers[column]
        return None if number is None else self._write_take(number, up_to_end)
