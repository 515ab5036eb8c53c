"""The strip of takes with the process that generates them: from a phrase to a piece."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from bridge.history.record import Record
from bridge.history.takes import TakeNode
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot
from bridge.messages.snapshot import TurnState as Turn
from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Score
from gui.desk.takes.card import TakeState
from gui.desk.takes.strip import TakesStrip
from gui.desk.widgets.theme import DARK, LIGHT, Theme
from gui.engine.snapshots import Capture, Captured, Purpose
from tests.gui.desk.music import conversation
from tests.gui.desk.takes.examples import MINUET

DEMO = Path(__file__).parents[4] / "assets" / "demo" / "minuet.mid"
SCREENSHOTS = Path(__file__).parents[4] / "build" / "screenshots"
PATIENCE_MS = 60_000
SECOND = 1_000_000_000
LEFT = Qt.MouseButton.LeftButton
FOUND = "Click a take to hear it, twice to keep it."


def documents() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))


class Desk:
    """A strip, its requests and its messages."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.strip = TakesStrip(DARK)
        self.strip.set_settings(Settings(seed=1))
        self.strip.controls.bars.setValue(1)
        self.scores: list[Score] = []
        self.stops: list[None] = []
        self.captures: list[Capture] = []
        self.said: list[tuple[str, bool]] = []
        self.strip.audition_requested.connect(self.scores.append)
        self.strip.stop_requested.connect(lambda: self.stops.append(None))
        self.strip.requested.connect(self.captures.append)
        self.strip.message_changed.connect(lambda text, bad: self.said.append((text, bad)))
        qtbot.addWidget(self.strip)
        self.strip.resize(1000, 150)
        self.strip.show()

    def wait(self) -> None:
        """Wait until the takes are complete."""
        self.qtbot.waitUntil(lambda: not self.strip.is_busy, timeout=PATIENCE_MS)

    def begin(self, score: Score = MINUET) -> None:
        self.strip.start_from(score, "minuet")
        self.wait()
        assert self.said[-1] == (FOUND, False)

    def press(self, button: QPushButton) -> None:
        assert button.isEnabled()
        self.qtbot.mouseClick(button, LEFT)

    def click(self, column: int) -> None:
        self.qtbot.mouseClick(self.strip.rolls[column], LEFT)

    def states(self) -> list[TakeState]:
        return [roll.state for roll in self.strip.rolls]

    def titles(self) -> list[str]:
        return [roll.title for roll in self.strip.rolls]

    def way(self) -> list[str]:
        return [crumb.text() for crumb in self.strip.controls.trail.crumbs]


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    yield desk
    desk.strip.end()


READY, KEPT, EMPTY, PLAYING = TakeState.READY, TakeState.KEPT, TakeState.EMPTY, TakeState.PLAYING


def test_four_takes_are_kept_extended_and_undone(desk: Desk) -> None:
    strip, row = desk.strip, desk.strip.controls
    assert not any(
        button.isEnabled() for button in (row.keep, row.extend, row.regenerate, row.undo)
    )
    desk.begin()
    assert desk.states() == [READY] * 4
    four = [roll.notes for roll in strip.rolls]
    assert len(set(four)) == 4
    desk.click(1)
    assert strip.chosen == 2
    desk.press(row.keep)
    assert desk.states() == [READY, KEPT, READY, READY]
    assert desk.way() == ["minuet", "2"]
    assert not row.keep.isEnabled()

    desk.press(row.extend)
    assert desk.states() == [EMPTY] * 4
    desk.wait()
    assert desk.states() == [READY] * 4
    later = strip.takes.nodes[strip.takes.children(2)[0]]
    assert isinstance(later, TakeNode)
    assert later.span.begin == 2 * 144
    assert later.notes
    assert all(note.onset_ticks >= 2 * 144 for note in later.notes)

    desk.press(row.undo)
    assert desk.way() == ["minuet"]
    assert [roll.notes for roll in strip.rolls] == four
    assert desk.states() == [READY, KEPT, READY, READY]
    assert not row.undo.isEnabled()
    strip.redo()
    assert desk.way() == ["minuet", "2"]
    assert strip.rolls[0].notes == later.notes


def test_regenerate_adds_four_siblings(desk: Desk) -> None:
    desk.begin()
    first = {roll.notes for roll in desk.strip.rolls}
    desk.press(desk.strip.controls.regenerate)
    desk.wait()
    assert desk.titles() == ["Take 5", "Take 6", "Take 7", "Take 8"]
    assert len(first | {roll.notes for roll in desk.strip.rolls}) == 8
    seeds = [n.settings.seed for n in desk.strip.takes.nodes if isinstance(n, TakeNode)]
    assert seeds == sorted(set(seeds))


def test_a_take_is_auditioned_from_its_first_bar_and_stopped(desk: Desk) -> None:
    strip = desk.strip
    desk.begin()
    desk.click(2)
    assert desk.states() == [READY, READY, PLAYING, READY]
    assert desk.scores == [strip.takes.standalone_score(3)]
    assert min(note.onset_ticks for note in desk.scores[0].notes) < 144
    snapshot = Snapshot(
        2 * SECOND, Turn.ANSWERING, Settings(), (), audition_span_ns=(SECOND, 3 * SECOND)
    )
    strip.show_snapshot(snapshot)
    desk.qtbot.waitUntil(lambda: strip.rolls[2].playhead is not None)
    fraction = strip.rolls[2].playhead
    assert fraction is not None
    assert 0.2 < fraction <= 1
    desk.click(0)  # another take plays in its place
    assert desk.states() == [PLAYING, READY, READY, READY]
    assert not desk.stops
    desk.click(0)
    assert desk.states() == [READY] * 4
    assert (len(desk.scores), len(desk.stops)) == (2, 1)
    desk.click(1)
    strip.show_snapshot(snapshot)
    strip.show_snapshot(replace(snapshot, now_ns=3 * SECOND, audition_span_ns=None))
    assert desk.states() == [READY] * 4
    assert len(desk.stops) == 1  # it had already ended


def test_the_keyboard_is_sufficient(desk: Desk) -> None:
    strip, keys = desk.strip, Qt.Key
    desk.begin()
    strip.activateWindow()
    strip.rolls[0].setFocus()
    desk.qtbot.waitUntil(strip.rolls[0].hasFocus)
    desk.qtbot.keyClick(strip.rolls[0], keys.Key_3)
    assert (strip.chosen, desk.states()[2]) == (3, PLAYING)
    desk.qtbot.keyClick(strip.rolls[2], keys.Key_Right)
    desk.qtbot.keyClick(strip.rolls[3], keys.Key_Right)
    assert strip.chosen == 1
    desk.qtbot.keyClick(strip.rolls[0], keys.Key_Left)
    assert strip.chosen == 4
    desk.qtbot.mouseDClick(strip.rolls[3], LEFT)
    assert desk.states()[3] is KEPT


def test_incomplete_takes_are_shown_and_can_be_cancelled(desk: Desk) -> None:
    strip, row = desk.strip, desk.strip.controls
    row.bars.setValue(32)
    strip.start_from(MINUET, "minuet")
    assert row.cancel.isVisible()
    assert not row.extend.isEnabled()
    desk.qtbot.waitUntil(lambda: bool(strip.rolls[0].notes), timeout=PATIENCE_MS)
    desk.qtbot.waitUntil(lambda: row.progress.value() > 0, timeout=PATIENCE_MS)
    desk.press(row.cancel)
    assert not strip.is_busy
    assert not row.cancel.isVisible()
    assert TakeState.GENERATING not in desk.states()
    there = len(strip.takes.children(0))
    assert desk.states() == [READY] * there + [EMPTY] * (4 - there)
    row.bars.setValue(1)
    desk.press(row.regenerate)
    desk.wait()
    assert len(strip.takes.children(0)) == there + 4


def test_settings_apply_to_the_next_takes(desk: Desk) -> None:
    desk.strip.set_settings(Settings(seed=5, instruments=(Instrument.BASS,)))
    desk.begin()
    takes = [n for n in desk.strip.takes.nodes if isinstance(n, TakeNode)]
    assert takes[0].settings.seed == 5
    assert {n.instrument for take in takes for n in take.notes} == {Instrument.BASS}
    assert "instruments bass" in takes[0].text


def test_recent_music_is_requested_and_continued(desk: Desk) -> None:
    strip = desk.strip
    desk.press(strip.controls.propose)
    assert desk.captures == [Capture(60 * SECOND, Purpose.CONTINUE)]
    strip.start_from_capture(Captured(Record(), "", Purpose.CONTINUE))
    assert desk.said[-1][1]
    assert not strip.takes.nodes
    strip.start_from_capture(Captured(Record(conversation()), "", Purpose.CONTINUE))
    desk.wait()
    assert desk.states() == [READY] * 4
    assert desk.way() == ["played"]


def test_a_file_is_continued_and_a_bad_one_shows_a_message(desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mid"
    bad.write_bytes(b"no music")
    desk.strip.open_file(bad)
    assert desk.strip.controls.cancel.isVisible()
    desk.wait()
    assert desk.said[-1][1]
    assert "bad.mid" in desk.said[-1][0]
    assert not desk.strip.takes.nodes
    desk.strip.start_from(Score(), "nothing")
    assert desk.said[-1][1]
    desk.strip.open_file(DEMO)
    desk.wait()
    assert desk.way() == ["minuet"]
    assert desk.states() == [READY] * 4
    path = tmp_path / "longer.mid"
    desk.strip.saving.save(desk.strip.takes, 2, path)
    assert desk.said[-1] == ("Saved as longer.mid.", False)
    saved = smf.read(path).score
    assert len(saved.notes) == len(desk.strip.takes.score_to(2).notes)
    desk.strip.saving.save(desk.strip.takes, 2, tmp_path / "nowhere" / "longer.mid")
    assert desk.said[-1][1]


def test_the_reading_of_a_file_is_cancelled(desk: Desk) -> None:
    desk.strip.open_file(DEMO)
    desk.press(desk.strip.controls.cancel)
    assert not desk.strip.is_busy
    assert not desk.strip.controls.cancel.isVisible()
    desk.strip.open_file(DEMO)
    desk.begin()  # other music is asked for before the file is read
    assert desk.way() == ["minuet"]
    assert len(desk.strip.takes.children(None)) == 1


def test_each_take_is_dragged_as_its_own_file(desk: Desk) -> None:
    desk.begin()
    paths = []
    for roll in desk.strip.rolls:
        drag = roll.make_drag(up_to_end=False)
        assert drag is not None
        paths.append(Path(drag.mimeData().urls()[0].toLocalFile()))
    assert [path.name for path in paths] == [f"minuet take {at}.mid" for at in (1, 2, 3, 4)]
    for number, path in enumerate(paths, 1):
        assert len(smf.read(path).score.notes) == len(
            desk.strip.takes.standalone_score(number).notes
        )


def test_the_save_dialog_is_not_modal(desk: Desk) -> None:
    desk.begin()
    desk.press(desk.strip.controls.save)
    [dialog] = desk.strip.findChildren(QFileDialog)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert [Path(name).name for name in dialog.selectedFiles()] == ["minuet.mid"]
    assert Path(dialog.directory().path()) == desk.strip.saving.folder
    assert desk.strip.saving.folder in (documents(), Path.home())
    dialog.close()


def test_a_second_root_leaves_the_first_in_the_tree(desk: Desk) -> None:
    desk.begin()
    desk.strip.start_from(MINUET, "another")
    desk.wait()
    assert desk.way() == ["another"]
    desk.strip.controls.trail.node_chosen.emit(2)
    assert desk.way() == ["minuet", "2"]
    assert desk.states() == [READY, KEPT, READY, READY]


@pytest.mark.usefixtures("usual_colours")
@pytest.mark.parametrize("look,theme", [("dark", DARK), ("light", LIGHT)])
def test_it_is_drawn_in_the_colours_of_a_theme(desk: Desk, look: str, theme: Theme) -> None:
    strip = desk.strip
    strip.resize(1252, strip.height())
    QApplication.setPalette(theme.palette())
    strip.setStyleSheet(theme.style_sheet())
    strip.set_theme(theme)
    strip.controls.bars.setValue(4)
    strip.open_file(DEMO)
    desk.wait()
    desk.click(1)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture = strip.grab()
    assert picture.save(str(SCREENSHOTS / f"takes-{look}.png"))
    image, first = picture.toImage(), strip.rolls[0]
    corner = first.mapTo(strip, first.rect().topLeft())
    places = ((x, y) for x in range(0, first.width(), 2) for y in range(0, first.height(), 2))
    seen = {image.pixelColor(corner.x() + x, corner.y() + y).name() for x, y in places}
    assert theme.panel in seen
    assert len(seen) > 20
