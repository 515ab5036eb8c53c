"""The strip of takes: four ways to go on, side by side, and what one does with them.

One asks for takes of what was played lately, or of a file; hears them; keeps one and goes on from
it; goes back. The four that are seen are what goes on from where one is, or, where nothing does
yet, the one that was kept among those beside it. Everything that was tried is in the tree
(`bridge.history.takes`): a row of names says where one is, and a list shows all of it.

It makes no sound itself: what is to be heard is asked for, and snapshots say how far it is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from bridge.history.recent_score import recent_score
from bridge.history.takes import TakeNode, TakeTree
from bridge.messages.settings import Settings
from bridge.midi.smf import MidiFileError
from gui.desk.takes.audition import Audition
from gui.desk.takes.controls import TakesControls
from gui.desk.takes.files import TakesFiles, name_of
from gui.desk.takes.link import TakesLink
from gui.desk.takes.small_roll import SmallRoll, State
from gui.engine.proposals import USUAL_COUNT, Grown, Proposed
from gui.engine.snapshots import Capture, Captured, Purpose

if TYPE_CHECKING:
    from bridge.messages.snapshot import Snapshot
    from bridge.midi.notes import Score
    from gui.desk.widgets.theme import Theme

LATELY_NS = 60_000_000_000
_FRAME_MS = 33
_HEIGHT_PX = 150


class TakesStrip(QWidget):
    """Proposes takes, and lets one choose among them."""

    auditioned = Signal(object)
    """Carries the Score that is to be heard."""
    stopped = Signal()
    """What is heard is to stop."""
    asked = Signal(object)
    """Carries the Capture of what was played lately, which `take_captured` wants."""
    told = Signal(str, bool)
    """Carries a sentence, and whether something is wrong."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = _documents()
        """Where the next file is to be saved, unless somewhere else is chosen."""
        self._takes, self._files = TakeTree(), TakesFiles()
        self._settings = Settings()
        self._link = TakesLink(self)
        self._from: int | None = None  # what the takes in the making go on from
        self._chosen: int | None = None  # number of a take
        self._audition: Audition | None = None
        self._now_ns, self._since = 0, QElapsedTimer()
        self._frames = QTimer(self)
        self._frames.setInterval(_FRAME_MS)
        self._frames.timeout.connect(self._move_playhead)
        self.controls = TakesControls()
        self._pages = QStackedWidget()
        self.rolls = [
            SmallRoll(theme, partial(self._dragged, column)) for column in range(USUAL_COUNT)
        ]
        self._numbers: list[int | None] = [None] * USUAL_COUNT  # of the takes in the rolls
        self._lay_out()
        self._connect()
        self._show()

    # What is shown.

    @property
    def takes(self) -> TakeTree:
        """All takes that there are."""
        return self._takes

    @property
    def chosen(self) -> int | None:
        """The number of the take that what is done next is done with."""
        return self._chosen

    @property
    def busy(self) -> bool:
        """Tell whether takes are in the making."""
        return self._link.busy

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for roll in self.rolls:
            roll.set_theme(theme)

    def set_settings(self, settings: Settings) -> None:
        """Propose in this style, on these instruments, from now on."""
        self._settings = settings

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show how far what is heard has come."""
        self._now_ns = snapshot.now_ns
        self._since.start()
        if self._audition is not None:
            self._audition.show_snapshot(snapshot)
            if self._audition.over:
                self._end_audition()

    # Where takes begin.

    def begin_with(self, score: Score, name: str) -> None:
        """Begin anew with some music, and propose at once."""
        if not score.notes:
            self.told.emit(self.tr("There are no notes to continue."), True)
            return
        self._takes = self._takes.with_root(score, name)
        self._propose()

    def take_file(self, path: Path) -> None:
        """Begin anew with a MIDI file; if it is a bad one, say so."""
        try:
            file = self._files.read(path, len(self._takes.nodes))
        except MidiFileError as error:
            self.told.emit(str(error), True)
        else:
            self.begin_with(file.score, path.stem)

    def take_captured(self, captured: Captured) -> None:
        """Begin anew with what was captured to be gone on with."""
        score = recent_score(captured.record)
        if score.notes:
            self.begin_with(score, self.tr("played"))
        else:
            self.told.emit(self.tr("Play something first, or drop a MIDI file here."), True)

    # What is done.

    def keep(self) -> None:
        """Be at the take that is chosen."""
        if self._chosen is not None:
            self._go(self._chosen)

    def extend(self) -> None:
        """Keep the take that is chosen, and propose how it might go on."""
        if self._chosen is not None:
            self._takes = self._takes.with_current(self._chosen)
        if self._takes.current is not None:
            self._propose()

    def again(self) -> None:
        """Propose others, from where those that are seen go on."""
        parent = self._parent()
        if parent is not None:
            self._takes = self._takes.with_current(parent)
            self._propose()

    def undo(self) -> None:
        """Be where one came from."""
        self._move(self._takes.undo())

    def redo(self) -> None:
        """Be where one was before."""
        self._move(self._takes.redo())

    def cancel(self) -> None:
        """Propose nothing more; what is complete stays."""
        self._link.cancel()
        self._from = None
        self._show()

    def close_link(self) -> None:
        """Kill the process that proposes."""
        self._link.close()

    def _ask(self) -> None:
        self.asked.emit(Capture(LATELY_NS, Purpose.CONTINUE))

    def _propose(self) -> None:
        parent = self._takes.current
        assert parent is not None
        self._end_audition()
        self._from, self._chosen = parent, None
        self._numbers = [None] * USUAL_COUNT
        used = [
            node.settings.seed
            for node in map(self._takes.nodes.__getitem__, self._takes.children(parent))
            if isinstance(node, TakeNode)
        ]
        settings = replace(self._settings, seed=max(used, default=self._settings.seed - 1) + 1)
        self._link.propose(self._takes.score_to(parent), settings, self.controls.bars.value())
        for column, roll in enumerate(self.rolls):
            roll.clear(len(used) + column + 1)
        self.controls.show_progress(0)
        self._show()
        self.told.emit(self.tr("Looking for ways to go on."), False)

    def _go(self, number: int) -> None:
        self._move(self._takes.with_current(number))

    def _move(self, takes: TakeTree) -> None:
        if takes == self._takes:
            return
        self._link.cancel()
        self._from, self._takes = None, takes
        self._end_audition()
        self._show()

    # What comes.

    def _connect(self) -> None:
        link = self._link
        link.loading.connect(lambda: self.told.emit(self.tr("Loading the network."), False))
        link.grown.connect(self._show_grown)
        link.proposed.connect(self._take_proposed)
        link.finished.connect(self._finish)
        link.failed.connect(self._fail)
        link.ended.connect(lambda: self._fail(self.tr("What proposes takes has ended; ask again.")))
        for column, roll in enumerate(self.rolls):
            roll.played.connect(partial(self._play_or_stop, column))
            roll.kept.connect(partial(self._keep_column, column))
            roll.chosen.connect(partial(self._choose, column))
        row = self.controls
        for button, clicked in (
            (row.take, self._ask),
            (row.keep, self.keep),
            (row.extend, self.extend),
            (row.again, self.again),
            (row.undo, self.undo),
            (row.cancel, self.cancel),
            (row.save, self._ask_where),
        ):
            button.clicked.connect(clicked)
        row.trail.gone.connect(self._go)
        save = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self._ask_where)
        save.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        QShortcut(QKeySequence("Ctrl+T"), self, row.take.click)

    def _show_grown(self, grown: Grown) -> None:
        assert self._from is not None
        place = self._first_place() + grown.candidate
        before = self._takes.score_to(self._from)
        self.rolls[grown.candidate].show_take(place, before, grown.span, grown.notes, State.GROWING)
        self.controls.show_progress((grown.candidate + grown.share) / USUAL_COUNT)

    def _take_proposed(self, proposed: Proposed) -> None:
        assert self._from is not None
        self._numbers[proposed.candidate] = len(self._takes.nodes)
        self._takes = self._takes.with_take(
            self._from, proposed.span, proposed.notes, proposed.settings, proposed.text
        )
        self.controls.show_progress((proposed.candidate + 1) / USUAL_COUNT)
        self._show()

    def _first_place(self) -> int:
        there = [number for number in self._numbers if number is not None]
        return len(self._takes.children(self._from)) - len(there) + 1

    def _finish(self) -> None:
        self._from = None
        self._show()
        self.told.emit(self.tr("Click a take to hear it, twice to keep it."), False)

    def _fail(self, text: str) -> None:
        self._from = None
        self._show()
        self.told.emit(text, True)

    # What is heard.

    def _play_or_stop(self, column: int) -> None:
        number = self._numbers[column]
        playing = None if self._audition is None else self._audition.number
        if number is None or number == playing:
            self._end_audition()
            return
        self._choose(column)
        take, score = self._takes.nodes[number], self._takes.standalone_score(number)
        assert isinstance(take, TakeNode)
        self._audition = Audition(number, take.span, score.end_ticks, self._present_ns)
        self._frames.start()
        self._show()
        self.auditioned.emit(score)

    def _end_audition(self) -> None:
        if self._audition is None:
            return
        over, self._audition = self._audition.over, None
        self._frames.stop()
        self._show()
        if not over:
            self.stopped.emit()

    @property
    def _present_ns(self) -> int:
        return self._now_ns + (self._since.nsecsElapsed() if self._since.isValid() else 0)

    def _move_playhead(self) -> None:
        if self._audition is None or self._audition.number not in self._numbers:
            return
        heard = self._audition.heard(self._present_ns)
        if heard is not None:
            self.rolls[self._numbers.index(self._audition.number)].set_playhead(heard)

    # What is chosen and kept.

    def _choose(self, column: int) -> None:
        number = self._numbers[column]
        if number is not None and number != self._chosen:
            self._chosen = number
            self._show()

    def _keep_column(self, column: int) -> None:
        self._choose(column)
        self.keep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from take to take with the arrows, and hear one by its number."""
        columns = [column for column, number in enumerate(self._numbers) if number is not None]
        focused = next((c for c in columns if self.rolls[c].hasFocus()), None)
        keys, step = Qt.Key, {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        pressed = event.key()
        if pressed in step and focused is not None:
            at = columns.index(focused) + step[Qt.Key(pressed)]
            self.rolls[columns[at % len(columns)]].setFocus()
        elif keys.Key_1 <= pressed <= keys.Key_4 and pressed - keys.Key_1 in columns:
            self.rolls[pressed - keys.Key_1].setFocus()
            self._play_or_stop(pressed - keys.Key_1)
        else:
            super().keyPressEvent(event)

    # Files.

    def _dragged(self, column: int, whole: bool) -> Path | None:  # noqa: FBT001 - called by place
        number = self._numbers[column]
        if number is None:
            return None
        try:
            return self._files.dragged(self._takes, number, whole=whole)
        except MidiFileError as error:
            self.told.emit(str(error), True)
            return None

    def _ask_where(self) -> None:
        """Ask for a file, without standing in anybody's way."""
        number = self._to_be_saved()
        if number is None:
            return
        dialog = QFileDialog(self, self.tr("Save the music up to here"), str(self.folder))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("MIDI files (*.mid)"))
        dialog.setDefaultSuffix("mid")
        dialog.selectFile(f"{name_of(self._takes, number, whole=True)}.mid")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._save_as(Path(path), number))
        dialog.open()

    def _save_as(self, path: Path, number: int) -> None:
        self.folder = path.parent
        self.save(path, number)

    def save(self, path: Path, number: int) -> None:
        """Write all the music up to a take."""
        try:
            self._files.write(self._takes, number, path, whole=True)
        except MidiFileError as error:
            self.told.emit(str(error), True)
        else:
            self.told.emit(self.tr("Saved as {}.").format(path.name), False)

    def _to_be_saved(self) -> int | None:
        return self._takes.current if self._chosen is None else self._chosen

    # How it is shown.

    def _parent(self) -> int | None:
        """Return what those that are seen go on from."""
        if self._from is not None:
            return self._from
        current = self._takes.current
        if current is None or self._takes.children(current):
            return current
        before = self._takes.parent(current)
        return current if before is None else before

    def _show(self) -> None:
        """Show the tree as it is."""
        if self._from is None:
            self._show_children()
        for number, roll in zip(self._numbers, self.rolls, strict=True):
            if number is None:
                roll.set_chosen(False)
                continue
            take = self._takes.nodes[number]
            assert isinstance(take, TakeNode)
            place, before = self._takes.sibling_number(number), self._takes.score_to(take.parent)
            heard = roll.playhead
            roll.show_take(place, before, take.span, take.notes, self._state(number))
            roll.set_chosen(number == self._chosen)
            if heard is not None and roll.state is State.PLAYING:
                roll.set_playhead(heard)
        self._pages.setCurrentIndex(1 if self._takes.nodes else 0)
        self._show_controls()

    def _show_children(self) -> None:
        parent = self._parent()
        there: list[int | None] = []
        if parent is not None:
            there = list(self._takes.children(parent)[-USUAL_COUNT:])
        current = self._takes.current
        self._numbers = there + [None] * (USUAL_COUNT - len(there))
        if self._chosen not in there:
            self._chosen = current if current in there else None
        if self._chosen is None:
            focused = next((c for c, roll in enumerate(self.rolls) if roll.hasFocus()), None)
            self._chosen = None if focused is None else self._numbers[focused]
        for column, number in enumerate(self._numbers):
            if number is None:
                self.rolls[column].clear(column + 1)

    def _state(self, number: int) -> State:
        if self._audition is not None and self._audition.number == number:
            return State.PLAYING
        return State.KEPT if self._takes.is_kept(number) else State.READY

    def _show_controls(self) -> None:
        takes, busy = self._takes, self._link.busy
        chosen = self._chosen is not None
        row = self.controls
        row.keep.setEnabled(chosen and self._chosen != takes.current)
        row.extend.setEnabled(chosen and not busy)
        row.again.setEnabled(takes.current is not None and not busy)
        row.undo.setEnabled(takes.undo() != takes)
        row.save.setEnabled(self._to_be_saved() is not None)
        row.trail.show_takes(takes)
        row.show_busy(busy)

    def _lay_out(self) -> None:
        side_by_side = QWidget()
        rolls = QHBoxLayout(side_by_side)
        rolls.setContentsMargins(0, 0, 0, 0)
        rolls.setSpacing(8)
        for roll in self.rolls:
            rolls.addWidget(roll, 1)
        hint = QLabel(
            self.tr(
                "Play something and ask for four takes, or drop a MIDI file on the window: "
                "then you see here how it might go on."
            )
        )
        hint.setObjectName("faint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        self._pages.addWidget(hint)
        self._pages.addWidget(side_by_side)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addWidget(self.controls)
        whole.addWidget(self._pages, 1)
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


def _documents() -> Path:
    """Return where a person's documents lie; what the system does not know of lies at home."""
    known = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(known) if known and Path(known).is_dir() else Path.home()
