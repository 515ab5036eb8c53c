"""The window's engine is killed: another goes on with the session, its settings and its history."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, TurnState
from bridge.playout.protocol import Cables
from bridge.system.clock import ManualClock, SystemClock
from bridge.system.pipe import Child, ChildError, start_child
from bridge.system.units import SECOND
from export.styles.space import StyleSpace
from gui.desk.engine_restart import EngineRestart
from gui.desk.session_link import SessionLink
from gui.desk.widgets.theme import DARK
from gui.desk.window import Window
from gui.engine.session_folder import SessionFolder, read_session
from gui.engine.snapshots import Capture, Captured
from gui.preferences import Preferences
from tests.bridge.keyboard import Keyboard
from tests.bridge.peer import Peer

PATIENCE_MS = 30_000
WIRED = Cables(("player:out",), ("listener:in",))
DYING = """
from bridge.system.pipe import join_parent
join_parent()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")


class Played:
    """A window whose engine is started again, with a session of its own."""

    def __init__(self, qtbot: QtBot, space: StyleSpace, captures: Path) -> None:
        self._qtbot = qtbot
        self.session = SessionFolder.create(datetime.now(tz=UTC).astimezone())
        engine = self.start()
        self.link = SessionLink(engine.connection, engine.find_end)
        self.window = Window(self.link, space, DARK, captures)
        self.restart = EngineRestart(self.window, self.link, engine, self.start, SystemClock())
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.restore(Preferences(Settings(answer_ns=4 * SECOND, seed=5)))

    def start(self) -> Child:
        return start_child("gui.engine.process", self.session.name)

    def until(self, condition: object) -> None:
        assert callable(condition)
        self._qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def notes(self, *, answered: bool) -> list[RollNote]:
        snapshot = self.window.snapshot
        shown = () if snapshot is None else snapshot.notes
        return [note for note in shown if note.answered is answered]

    def state(self) -> TurnState | None:
        return None if self.window.snapshot is None else self.window.snapshot.state

    def captured(self) -> Captured:
        with self._qtbot.waitSignal(self.link.captured, timeout=PATIENCE_MS) as signal:
            self.link.send(Capture())
        found: Captured = signal.args[0]
        return found

    def close(self) -> None:
        self.window.close()
        self.restart.close()
        self.session.remove()


def heard(window: Window) -> str:
    return "" if window.snapshot is None else window.snapshot.keyboard


@pytest.fixture
def desk(
    qtbot: QtBot,
    space: StyleSpace,
    tmp_path: Path,
    default_jack_server: str,  # noqa: ARG001 - a server must run
) -> Iterator[Played]:
    desk = Played(qtbot, space, tmp_path)
    yield desk
    desk.close()


@pytest.mark.device
def test_a_session_goes_on_after_its_engine_was_killed_twice(
    desk: Played, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    window = desk.window
    with Keyboard() as keyboard:
        desk.until(lambda: heard(window) == keyboard.name)
        qtbot.mouseClick(window.top_bar.start, Qt.MouseButton.LeftButton)
        desk.until(lambda: desk.state() is TurnState.LISTENING)
        expected: list[int] = []
        for round_ in range(3):
            for pitch in range(60 + round_, 66 + round_):
                keyboard.press(pitch)
                keyboard.release(pitch)
                expected.append(pitch)
            desk.until(lambda: desk.state() is TurnState.ANSWERING)
            before = len(desk.notes(answered=True))
            desk.until(lambda: len(desk.notes(answered=True)) > before)  # noqa: B023 - at once
            if round_ == 2:
                break
            answers = [n for n in desk.notes(answered=True) if n.release_ns is not None]
            settings = window.settings()
            written = read_session(desk.session.name).record.notes
            assert len(written) >= len(expected) - 6
            killed_ns = SystemClock().now_ns()
            desk.restart.engines[-1].process.kill()
            desk.until(lambda: window.snapshot is None or desk.state() is TurnState.LISTENING)
            if window.snapshot is None:
                assert window.top_bar.status_text != "Answering. Play to come back in."
            desk.until(lambda: desk.state() is TurnState.LISTENING)
            assert window.settings() == settings
            assert window.snapshot is not None
            assert window.snapshot.settings == settings
            assert not window.banner.isVisible()
            desk.until(lambda: heard(window) == keyboard.name)
            shown = [note.pitch for note in desk.notes(answered=False)]
            # What sounded in the second before its end may be lost.
            assert shown[: len(expected) - 1] == expected[: len(expected) - 1]
            expected = shown
            there = {(n.pitch, n.onset_ns) for n in desk.notes(answered=True)}
            assert {
                (n.pitch, n.onset_ns)
                for n in answers
                if n.release_ns is not None and n.release_ns < killed_ns - SECOND
            } <= there
        everything = desk.captured().record.notes
        assert [note.pitch for note in everything if not note.answered] == expected
    ends = [each.getMessage() for each in caplog.records if "-9" in each.getMessage()]
    assert len(ends) == 2
    caplog.clear()


@pytest.mark.device
def test_cables_of_other_programs_are_made_again_for_another_engine(
    desk: Played, caplog: pytest.LogCaptureFixture
) -> None:
    cables = [["player:out", "Antiphon:in"], ["Antiphon:out", "listener:in"]]
    peer = Peer()

    def is_connected() -> bool:
        snapshot = desk.window.snapshot
        return (
            snapshot is not None and snapshot.ports is not None and snapshot.ports.cables == WIRED
        )

    desk.until(lambda: desk.window.snapshot and desk.window.snapshot.output_name == "Antiphon:out")
    peer.ask(connect=cables)
    desk.until(is_connected)
    desk.restart.engines[-1].process.kill()
    desk.until(lambda: desk.window.snapshot is None)
    desk.until(is_connected)
    for ours, theirs in (("Antiphon:in", "player:out"), ("Antiphon:out", "listener:in")):
        desk.until(lambda: peer.ask(connections=ours) == [theirs])  # noqa: B023 - at once
    peer.close()
    caplog.clear()


def test_an_engine_that_keeps_dying_is_started_at_growing_intervals(
    qtbot: QtBot,
    space: StyleSpace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "dying.py").write_text(DYING)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[3]}")
    clock, starts = ManualClock(SECOND), 0

    def start() -> Child:
        nonlocal starts
        starts += 1
        return start_child("dying")

    engine = start()
    link = SessionLink(engine.connection, engine.find_end)
    window = Window(link, space, DARK, tmp_path)
    qtbot.addWidget(window)
    restart = EngineRestart(window, link, engine, start, clock)
    for pause_s in (0, 2, 4, 8, 16, 32, 60, 60):
        if pause_s:
            qtbot.waitUntil(lambda: window.banner.has_remedy, timeout=PATIENCE_MS)
            count = starts
            clock.advance(pause_s * SECOND - 1)
            qtbot.wait(100)
            assert starts == count
            clock.advance(1)
        reached = len(restart.engines) + 1
        qtbot.waitUntil(lambda: len(restart.engines) == reached, timeout=PATIENCE_MS)  # noqa: B023
    assert starts == len(restart.engines) == 9
    window.close()
    restart.close()


def test_an_engine_that_does_not_start_is_reported_and_tried_again(
    qtbot: QtBot,
    space: StyleSpace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "dying.py").write_text(DYING)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[3]}")
    clock, engine = ManualClock(SECOND), start_child("dying")
    link = SessionLink(engine.connection, engine.find_end)
    window = Window(link, space, DARK, tmp_path)
    qtbot.addWidget(window)
    window.show()
    failures: list[ChildError] = []

    def start() -> Child:
        try:
            return start_child("no.such.module")
        except ChildError as error:
            failures.append(error)
            raise

    restart = EngineRestart(window, link, engine, start, clock)
    qtbot.waitUntil(lambda: len(failures) == 1, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "no.such.module" in window.banner.message, timeout=PATIENCE_MS)
    clock.advance(2 * SECOND)
    qtbot.waitUntil(lambda: len(failures) == 2, timeout=PATIENCE_MS)

    def click_until_tried() -> bool:
        window.banner.remedy_button.click()
        return len(failures) == 3

    qtbot.waitUntil(click_until_tried, timeout=PATIENCE_MS)  # without a pause
    window.close()
    restart.close()
    caplog.clear()
