"""The strip of takes: four continuations side by side, and the commands for them.

The user requests takes of recent music or of a file, auditions them, keeps one, continues from it,
and goes back. The strip shows the continuations of the current node. If it has none, it shows the
kept take among its siblings. The tree (`bridge.history.takes`) has everything that was tried. A row
of names shows the current node, and a list shows the tree.

The strip makes no sound. It requests an audition, and snapshots report the progress.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from bridge.history.recent_score import recent_score
from bridge.history.takes import TakeNode, TakeTree
from bridge.messages.settings import Settings, following_seed
from bridge.names import visible
from gui.desk.takes.card import TakeState
from gui.desk.takes.controls import TakesControls
from gui.desk.takes.link import TakesLink
from gui.desk.takes.playhead import Playhead
from gui.desk.takes.row import TakesRow
from gui.desk.takes.saving import TakesSaving
from gui.desk.widgets.languages import translated
from gui.engine.proposals import DEFAULT_COUNT, Progress, Proposal
from gui.engine.snapshots import Capture, Captured, Purpose
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.messages.snapshot import Snapshot
    from bridge.midi.notes import Score
    from bridge.midi.smf import MidiFile
    from bridge.system.child_exit import ChildExited
    from export.runtime.reasons.proposal import ProposalReason
    from gui.desk.takes.small_roll import SmallRoll
    from gui.desk.widgets.theme import Theme

RECENT_NS = 60_000_000_000
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
    changed = Signal(object)
    """Carries the `TakeTree`, which may have changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._takes = TakeTree()
        self._settings = Settings()
        self._link = TakesLink(self)
        self._parent_number: int | None = None  # the node that the requested takes continue
        self._chosen: int | None = None  # the number of a take
        self._playhead = Playhead(self)
        self.controls = TakesControls()
        self._pages = QStackedWidget()
        self.saving = TakesSaving(self)
        self._row = TakesRow(theme, self._write_for_drag)
        self._lay_out()
        self._connect()
        self._refresh()

    # Display.

    @property
    def takes(self) -> TakeTree:
        """All takes."""
        return self._takes

    @property
    def rolls(self) -> Sequence[SmallRoll]:
        """The rolls, from left to right."""
        return self._row.rolls

    @property
    def chosen(self) -> int | None:
        """The number of the take that the next command applies to."""
        return self._chosen

    @property
    def is_busy(self) -> bool:
        """Whether a file is being read, or takes are being generated."""
        return self._link.is_busy or self.saving.is_reading

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._row.set_theme(theme)

    def set_settings(self, settings: Settings) -> None:
        """Use the style and the instruments of these settings for the next takes."""
        self._settings = settings

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the progress of the audition."""
        self._playhead.show_snapshot(snapshot)

    # Starting points.

    def start_from(self, score: Score, name: str) -> None:
        """Start a tree with some music, and request takes at once."""
        if not score.notes:
            self.message_changed.emit(self.tr("There are no notes to continue."), True)
            return
        self._takes = self._takes.with_root(score, name)
        self._propose()

    def open_file(self, path: Path) -> None:
        """Start a tree with a MIDI file, once it is read; show a message if it cannot be."""
        self.saving.read(path)
        self._refresh()

    def _start_from_file(self, file: MidiFile) -> None:
        self.saving.add_source(len(self._takes.nodes), file)
        self.start_from(file.score, visible(file.path.stem))

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
        self.show_takes(self._takes.undo())

    def redo(self) -> None:
        """Go forward again to the node before the undo."""
        self.show_takes(self._takes.redo())

    def cancel(self) -> None:
        """Cancel the request, or the reading of a file; complete takes stay."""
        self.saving.cancel_reading()
        self._link.cancel()
        self._parent_number = None
        self._refresh()

    def end(self) -> None:
        """Kill the processes of the strip, and delete the files that were dragged."""
        self._link.close()
        self.saving.end()

    def _request_capture(self) -> None:
        self.requested.emit(Capture(RECENT_NS, Purpose.CONTINUE))

    def _propose(self) -> None:
        parent = self._takes.current
        assert parent is not None
        self.saving.cancel_reading()
        self._end_audition()
        self._parent_number, self._chosen = parent, None
        used = [
            node.settings.seed
            for node in map(self._takes.nodes.__getitem__, self._takes.children(parent))
            if isinstance(node, TakeNode)
        ]
        seed = following_seed(max(used), 1) if used else self._settings.seed
        settings = replace(self._settings, seed=seed)
        self._link.propose(self._takes.score_to(parent), settings, self.controls.bars.value())
        self._row.clear(len(used) + 1)
        self.controls.show_progress(0)
        self._refresh()
        self.message_changed.emit(self.tr("Generating continuations."), False)

    def _go_to_node(self, number: int) -> None:
        self.show_takes(self._takes.with_current(number))

    def show_takes(self, takes: TakeTree) -> None:
        """Go on with another state of the tree."""
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
        self._row.played.connect(self._play_or_stop)
        self._row.kept.connect(self._keep_take)
        self._row.chosen.connect(self._choose)
        self._playhead.moved.connect(self._row.set_playhead)
        self._playhead.ended.connect(self._refresh)
        self.saving.message_changed.connect(self.message_changed)
        self.saving.opened.connect(self._start_from_file)
        self.saving.ended.connect(self._refresh)
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
        self._row.numbers[proposal.candidate] = len(self._takes.nodes)
        made = proposal.span, proposal.notes, proposal.settings, proposal.text, proposal.rating
        self._takes = self._takes.with_take(self._parent_number, *made)
        self.controls.show_progress((proposal.candidate + 1) / DEFAULT_COUNT)
        self._refresh()

    def _first_position(self) -> int:
        there = [number for number in self._row.numbers if number is not None]
        return len(self._takes.children(self._parent_number)) - len(there) + 1

    def _end_proposals(self) -> None:
        self._stop_waiting(self.tr("Click a take to hear it, twice to keep it."))

    def _handle_exit(self) -> None:
        words = self.tr("The process that generates takes has ended; try again.")
        self._stop_waiting(words, failed=True)

    def _fail(self, reason: ProposalReason | ChildExited) -> None:
        self._stop_waiting(translated(sentence_of(reason)), failed=True)

    def _stop_waiting(self, words: str, *, failed: bool = False) -> None:
        self._parent_number = None
        self._refresh()
        self.message_changed.emit(words, failed)

    # Audition.

    def _play_or_stop(self, number: int) -> None:
        if number == self._playhead.number:
            self._end_audition()
            return
        self._choose(number)
        take, score = self._takes.nodes[number], self._takes.standalone_score(number)
        assert isinstance(take, TakeNode)
        self._playhead.start(number, take.span, score.end_ticks)
        self._refresh()
        self.audition_requested.emit(score)

    def _end_audition(self) -> None:
        if self._playhead.number is not None:
            self._playhead.stop()
            self._refresh()
            self.stop_requested.emit()

    # Choosing and keeping.

    def _choose(self, number: int) -> None:
        if number != self._chosen:
            self._chosen = number
            self._refresh()

    def _keep_take(self, number: int) -> None:
        self._choose(number)
        self.keep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a take with the arrow keys, and audition one by its number."""
        if not self._row.press(event.key()):
            super().keyPressEvent(event)

    # Files.

    def _write_for_drag(self, number: int, up_to_end: bool) -> Path | None:  # noqa: FBT001 - called by place
        return self.saving.write_for_drag(self._takes, number, up_to_end=up_to_end)

    def _open_save_dialog(self) -> None:
        number = self._number_to_save()
        if number is not None:
            self.saving.open_dialog(self._takes, number)

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
        self._row.show_takes(self._takes, self._chosen, self._playhead.number)
        self._pages.setCurrentIndex(1 if self._takes.nodes else 0)
        self.changed.emit(self._takes)
        self._show_controls()

    def _show_children(self) -> None:
        parent = self._shown_parent()
        there = () if parent is None else self._takes.children(parent)[-DEFAULT_COUNT:]
        current = self._takes.current
        self._row.fill(there)
        if self._chosen not in there:
            self._chosen = current if current in there else self._row.focused

    def _show_controls(self) -> None:
        takes, busy = self._takes, self.is_busy
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
        self._pages.addWidget(self._row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.controls)
        column.addWidget(self._pages, 1)
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
