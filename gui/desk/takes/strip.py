"""The strip of takes: four continuations side by side, and the commands for them.

The user requests takes of recent music or of a file, auditions them, keeps one, continues from it,
and goes back. The strip shows the continuations of the current node. If it has none, it shows the
kept take among its siblings. The tree (`bridge.history.takes`) has everything that was tried. A row
of names shows the current node, and a list shows the tree.

The strip makes no sound. It requests an audition, and snapshots report the progress.
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
from bridge.messages.settings import Settings, following_seed
from bridge.midi.smf import MidiFileError
from gui.desk.takes.audition import AuditionProgress
from gui.desk.takes.card import TakeState
from gui.desk.takes.controls import TakesControls
from gui.desk.takes.files import TakesFiles, file_name
from gui.desk.takes.link import TakesLink
from gui.desk.takes.small_roll import SmallRoll
from gui.desk.widgets.languages import translated
from gui.engine.proposals import DEFAULT_COUNT, Progress, Proposal
from gui.engine.snapshots import Capture, Captured, Purpose
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from bridge.messages.snapshot import Snapshot
    from bridge.midi.notes import Score
    from bridge.system.child_exit import ChildExited
    from export.runtime.reasons.proposal import ProposalReason
    from gui.desk.widgets.theme import Theme

RECENT_NS = 60_000_000_000
_FRAME_MS = 33
_HEIGHT_PX = 150


class TakesStrip(QWidget):
    """Requests takes, and chooses among them."""

    audition_requested = Signal(object)
    """Carries the `Score` to audition."""
    stop_requested = Signal()
    """Emitted to stop the audition."""
    requested = Signal(object)
    """Carries a `Capture` of recent music, whose result goes to `start_from_capture`."""
    message_changed = Signal(str, bool)
    """Carries a sentence, and whether it is an error."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = _documents_folder()
        """The folder that the save dialog opens with."""
        self._takes, self._files = TakeTree(), TakesFiles()
        self._settings = Settings()
        self._link = TakesLink(self)
        self._parent_number: int | None = None  # the node that the requested takes continue
        self._chosen: int | None = None  # the number of a take
        self._audition: AuditionProgress | None = None
        self._now_ns, self._elapsed = 0, QElapsedTimer()
        self._frame_timer = QTimer(self)
        self._frame_timer.setInterval(_FRAME_MS)
        self._frame_timer.timeout.connect(self._move_playhead)
        self.controls = TakesControls()
        self._pages = QStackedWidget()
        self.rolls = [
            SmallRoll(theme, partial(self._write_for_drag, column))
            for column in range(DEFAULT_COUNT)
        ]
        self._numbers: list[int | None] = [None] * DEFAULT_COUNT  # the takes in the rolls
        self._lay_out()
        self._connect()
        self._refresh()

    # Display.

    @property
    def takes(self) -> TakeTree:
        """All takes."""
        return self._takes

    @property
    def chosen(self) -> int | None:
        """The number of the take that the next command applies to."""
        return self._chosen

    @property
    def is_busy(self) -> bool:
        """Whether takes are being generated."""
        return self._link.is_busy

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        for roll in self.rolls:
            roll.set_theme(theme)

    def set_settings(self, settings: Settings) -> None:
        """Use the style and the instruments of these settings for the next takes."""
        self._settings = settings

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the progress of the audition."""
        self._now_ns = snapshot.now_ns
        self._elapsed.start()
        if self._audition is not None:
            self._audition.show_snapshot(snapshot)
            if self._audition.is_over:
                self._end_audition()

    # Starting points.

    def start_from(self, score: Score, name: str) -> None:
        """Start a tree with some music, and request takes at once."""
        if not score.notes:
            self.message_changed.emit(self.tr("There are no notes to continue."), True)
            return
        self._takes = self._takes.with_root(score, name)
        self._propose()

    def open_file(self, path: Path) -> None:
        """Start a tree with a MIDI file; show a message if it cannot be read."""
        try:
            file = self._files.read(path, len(self._takes.nodes))
        except MidiFileError as error:
            self.message_changed.emit(translated(sentence_of(error.reason)), True)
        else:
            self.start_from(file.score, path.stem)

    def start_from_capture(self, captured: Captured) -> None:
        """Start a tree with the captured music."""
        score = recent_score(captured.record)
        if score.notes:
            self.start_from(score, self.tr("played"))
        else:
            self.message_changed.emit(
                self.tr("Play something first, or drop a MIDI file here."), True
            )

    # Commands.

    def keep(self) -> None:
        """Make the chosen take the current node."""
        if self._chosen is not None:
            self._go_to_node(self._chosen)

    def extend(self) -> None:
        """Keep the chosen take, and request continuations of it."""
        if self._chosen is not None:
            self._takes = self._takes.with_current(self._chosen)
        if self._takes.current is not None:
            self._propose()

    def regenerate(self) -> None:
        """Request other takes with the same parent as those shown."""
        parent = self._shown_parent()
        if parent is not None:
            self._takes = self._takes.with_current(parent)
            self._propose()

    def undo(self) -> None:
        """Go back to the previous node."""
        self._set_takes(self._takes.undo())

    def redo(self) -> None:
        """Go forward again to the node before the undo."""
        self._set_takes(self._takes.redo())

    def cancel(self) -> None:
        """Cancel the request; complete takes stay."""
        self._link.cancel()
        self._parent_number = None
        self._refresh()

    def close_link(self) -> None:
        """Kill the process that generates takes."""
        self._link.close()

    def _request_capture(self) -> None:
        self.requested.emit(Capture(RECENT_NS, Purpose.CONTINUE))

    def _propose(self) -> None:
        parent = self._takes.current
        assert parent is not None
        self._end_audition()
        self._parent_number, self._chosen = parent, None
        self._numbers = [None] * DEFAULT_COUNT
        used = [
            node.settings.seed
            for node in map(self._takes.nodes.__getitem__, self._takes.children(parent))
            if isinstance(node, TakeNode)
        ]
        seed = following_seed(max(used), 1) if used else self._settings.seed
        settings = replace(self._settings, seed=seed)
        self._link.propose(self._takes.score_to(parent), settings, self.controls.bars.value())
        for column, roll in enumerate(self.rolls):
            roll.clear(len(used) + column + 1)
        self.controls.show_progress(0)
        self._refresh()
        self.message_changed.emit(self.tr("Generating continuations."), False)

    def _go_to_node(self, number: int) -> None:
        self._set_takes(self._takes.with_current(number))

    def _set_takes(self, takes: TakeTree) -> None:
        if takes == self._takes:
            return
        self._link.cancel()
        self._parent_number, self._takes = None, takes
        self._end_audition()
        self._refresh()

    # Replies.

    def _connect(self) -> None:
        link = self._link
        link.loading.connect(
            lambda: self.message_changed.emit(self.tr("Loading the network."), False)
        )
        link.progressed.connect(self._show_progress)
        link.proposed.connect(self._add_proposal)
        link.finished.connect(self._end_proposals)
        link.failed.connect(self._fail)
        link.ended.connect(self._handle_exit)
        for column, roll in enumerate(self.rolls):
            roll.played.connect(partial(self._play_or_stop, column))
            roll.kept.connect(partial(self._keep_column, column))
            roll.chosen.connect(partial(self._choose, column))
        row = self.controls
        for button, clicked in (
            (row.propose, self._request_capture),
            (row.keep, self.keep),
            (row.extend, self.extend),
            (row.regenerate, self.regenerate),
            (row.undo, self.undo),
            (row.cancel, self.cancel),
            (row.save, self._open_save_dialog),
        ):
            button.clicked.connect(clicked)
        row.trail.node_chosen.connect(self._go_to_node)
        save = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self._open_save_dialog)
        save.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        QShortcut(QKeySequence("Ctrl+T"), self, row.propose.click)

    def _show_progress(self, progress: Progress) -> None:
        assert self._parent_number is not None
        place = self._first_position() + progress.candidate
        before = self._takes.score_to(self._parent_number)
        self.rolls[progress.candidate].show_take(
            place, before, progress.span, progress.notes, TakeState.GENERATING
        )
        self.controls.show_progress((progress.candidate + progress.fraction) / DEFAULT_COUNT)

    def _add_proposal(self, proposal: Proposal) -> None:
        assert self._parent_number is not None
        self._numbers[proposal.candidate] = len(self._takes.nodes)
        self._takes = self._takes.with_take(
            self._parent_number, proposal.span, proposal.notes, proposal.settings, proposal.text
        )
        self.controls.show_progress((proposal.candidate + 1) / DEFAULT_COUNT)
        self._refresh()

    def _first_position(self) -> int:
        there = [number for number in self._numbers if number is not None]
        return len(self._takes.children(self._parent_number)) - len(there) + 1

    def _end_proposals(self) -> None:
        self._parent_number = None
        self._refresh()
        self.message_changed.emit(self.tr("Click a take to hear it, twice to keep it."), False)

    def _handle_exit(self) -> None:
        self._parent_number = None
        self._refresh()
        self.message_changed.emit(
            self.tr("The process that generates takes has ended; try again."), True
        )

    def _fail(self, reason: ProposalReason | ChildExited) -> None:
        self._parent_number = None
        self._refresh()
        self.message_changed.emit(translated(sentence_of(reason)), True)

    # Audition.

    def _play_or_stop(self, column: int) -> None:
        number = self._numbers[column]
        playing = None if self._audition is None else self._audition.number
        if number is None or number == playing:
            self._end_audition()
            return
        self._choose(column)
        take, score = self._takes.nodes[number], self._takes.standalone_score(number)
        assert isinstance(take, TakeNode)
        self._audition = AuditionProgress(number, take.span, score.end_ticks, self._present_ns)
        self._frame_timer.start()
        self._refresh()
        self.audition_requested.emit(score)

    def _end_audition(self) -> None:
        if self._audition is None:
            return
        over, self._audition = self._audition.is_over, None
        self._frame_timer.stop()
        self._refresh()
        if not over:
            self.stop_requested.emit()

    @property
    def _present_ns(self) -> int:
        return self._now_ns + (self._elapsed.nsecsElapsed() if self._elapsed.isValid() else 0)

    def _move_playhead(self) -> None:
        if self._audition is None or self._audition.number not in self._numbers:
            return
        fraction = self._audition.fraction_at(self._present_ns)
        if fraction is not None:
            self.rolls[self._numbers.index(self._audition.number)].set_playhead(fraction)

    # Choosing and keeping.

    def _choose(self, column: int) -> None:
        number = self._numbers[column]
        if number is not None and number != self._chosen:
            self._chosen = number
            self._refresh()

    def _keep_column(self, column: int) -> None:
        self._choose(column)
        self.keep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a take with the arrow keys, and audition one by its number."""
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

    def _write_for_drag(self, column: int, up_to_end: bool) -> Path | None:  # noqa: FBT001 - called by place
        number = self._numbers[column]
        if number is None:
            return None
        try:
            return self._files.write_for_drag(self._takes, number, up_to_end=up_to_end)
        except MidiFileError as error:
            self.message_changed.emit(translated(sentence_of(error.reason)), True)
            return None

    def _open_save_dialog(self) -> None:
        """Open a file dialog that is not modal."""
        number = self._number_to_save()
        if number is None:
            return
        dialog = QFileDialog(self, self.tr("Save the music up to here"), str(self.folder))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("MIDI files (*.mid)"))
        dialog.setDefaultSuffix("mid")
        dialog.selectFile(f"{file_name(self._takes, number, up_to_end=True)}.mid")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._save_as(Path(path), number))
        dialog.open()

    def _save_as(self, path: Path, number: int) -> None:
        self.folder = path.parent
        self.save(path, number)

    def save(self, path: Path, number: int) -> None:
        """Write all the music up to the end of a take."""
        try:
            self._files.write(self._takes, number, path, up_to_end=True)
        except MidiFileError as error:
            self.message_changed.emit(translated(sentence_of(error.reason)), True)
        else:
            self.message_changed.emit(self.tr("Saved as {}.").format(path.name), False)

    def _number_to_save(self) -> int | None:
        return self._takes.current if self._chosen is None else self._chosen

    # Refreshing.

    def _shown_parent(self) -> int | None:
        """Return the parent of the takes that are shown."""
        if self._parent_number is not None:
            return self._parent_number
        current = self._takes.current
        if current is None or self._takes.children(current):
            return current
        before = self._takes.parent(current)
        return current if before is None else before

    def _refresh(self) -> None:
        """Show the present state of the tree."""
        if self._parent_number is None:
            self._show_children()
        for number, roll in zip(self._numbers, self.rolls, strict=True):
            if number is None:
                roll.set_chosen(False)
                continue
            take = self._takes.nodes[number]
            assert isinstance(take, TakeNode)
            place, before = self._takes.sibling_number(number), self._takes.score_to(take.parent)
            playhead = roll.playhead
            roll.show_take(place, before, take.span, take.notes, self._take_state(number))
            roll.set_chosen(number == self._chosen)
            if playhead is not None and roll.state is TakeState.PLAYING:
                roll.set_playhead(playhead)
        self._pages.setCurrentIndex(1 if self._takes.nodes else 0)
        self._show_controls()

    def _show_children(self) -> None:
        parent = self._shown_parent()
        there: list[int | None] = []
        if parent is not None:
            there = list(self._takes.children(parent)[-DEFAULT_COUNT:])
        current = self._takes.current
        self._numbers = there + [None] * (DEFAULT_COUNT - len(there))
        if self._chosen not in there:
            self._chosen = current if current in there else None
        if self._chosen is None:
            focused = next((c for c, roll in enumerate(self.rolls) if roll.hasFocus()), None)
            self._chosen = None if focused is None else self._numbers[focused]
        for column, number in enumerate(self._numbers):
            if number is None:
                self.rolls[column].clear(column + 1)

    def _take_state(self, number: int) -> TakeState:
        if self._audition is not None and self._audition.number == number:
            return TakeState.PLAYING
        return TakeState.KEPT if self._takes.is_kept(number) else TakeState.READY

    def _show_controls(self) -> None:
        takes, busy = self._takes, self._link.is_busy
        chosen = self._chosen is not None
        row = self.controls
        row.keep.setEnabled(chosen and self._chosen != takes.current)
        row.extend.setEnabled(chosen and not busy)
        row.regenerate.setEnabled(takes.current is not None and not busy)
        row.undo.setEnabled(takes.undo() != takes)
        row.save.setEnabled(self._number_to_save() is not None)
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
                "Play something and ask for four takes, or drop a MIDI file on the window. The "
                "continuations appear here."
            )
        )
        hint.setObjectName("faint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        self._pages.addWidget(hint)
        self._pages.addWidget(side_by_side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.controls)
        column.addWidget(self._pages, 1)
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


def _documents_folder() -> Path:
    """Return the user's documents folder, or the home folder if the system has none."""
    known = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(known) if known and Path(known).is_dir() else Path.home()
