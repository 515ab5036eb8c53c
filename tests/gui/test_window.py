"""The window against a scripted engine: the other end of its pipe."""

from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from bridge.dialogue import (
    Change,
    Halt,
    HandOver,
    Listen,
    RollNote,
    Settings,
    Snapshot,
    State,
)
from bridge.instruments import Instrument
from bridge.pipe import start_child
from bridge.protocol import OpenPorts, Panic
from gui.session_link import SessionLink
from gui.theme import DARK, LIGHT, Theme
from gui.window import Window

SECOND = 1_000_000_000
STYLES = ("chopin", "bach", "bossa nova")
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
STOPPED = Snapshot(0, State.STOPPED, Settings(), ())


class Desk:
    """A window and the engine's end of its pipe."""

    def __init__(self, qtbot: QtBot, theme: Theme = DARK) -> None:
        mine, self.engine = Pipe()
        self.link = SessionLink(mine)
        self.window = Window(self.link, STYLES, theme)
        self.window.resize(1080, 720)
        qtbot.addWidget(self.window)
        self.window.show()
        self.qtbot = qtbot

    def show(self, snapshot: Snapshot) -> None:
        """Let the engine show something, and wait until the window has it."""
        self.engine.send(snapshot)
        with self.qtbot.waitSignal(self.link.changed):
            self.link.poll()

    def heard(self) -> list[object]:
        """Return what the engine has been asked for."""
        return list(drained(self.engine))

    def button(self, word: str) -> QPushButton:
        return next(b for b in self.window.findChildren(QPushButton) if word in b.text())

    def box(self, name: str) -> QComboBox:
        return next(b for b in self.window.findChildren(QComboBox) if b.accessibleName() == name)

    def texts(self) -> str:
        return "\n".join(label.text() for label in self.window.findChildren(QLabel))


def drained(connection: Connection) -> Iterator[object]:
    try:
        while connection.poll():
            yield connection.recv()
    except EOFError:  # the window has let go
        return


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    yield desk
    desk.window.close()


def click(desk: Desk, word: str) -> None:
    desk.qtbot.mouseClick(desk.button(word), Qt.MouseButton.LeftButton)


def test_start_asks_for_what_is_chosen_and_then_listens(desk: Desk) -> None:
    desk.show(STOPPED)
    desk.box("Style").setCurrentText("bach")
    next(b for b in desk.window.findChildren(QCheckBox) if b.text() == "bass").setChecked(True)
    desk.heard()
    click(desk, "Start")
    wanted = Settings(style=(("bach", 1.0),), instruments=(Instrument.BASS,), temperature=0.95)
    assert desk.heard() == [Change(wanted), Listen()]


def test_stop_halts(desk: Desk) -> None:
    desk.show(replace(STOPPED, state=State.LISTENING))
    click(desk, "Stop")
    assert desk.heard() == [Halt()]


def test_a_style_is_changed_while_playing_and_half_a_name_is_none(desk: Desk) -> None:
    desk.show(replace(STOPPED, state=State.HEARING))
    desk.box("Style").setCurrentText("bossa")
    desk.box("Style").setCurrentText("bossa nova")
    styles = [c.settings.style for c in desk.heard() if isinstance(c, Change)]
    assert styles == [(), (("bossa nova", 1.0),)]


def test_answer_now_hands_over_when_a_phrase_is_heard(desk: Desk) -> None:
    desk.show(replace(STOPPED, state=State.LISTENING))
    assert not desk.button("Answer").isEnabled()
    desk.show(replace(STOPPED, state=State.HEARING))
    click(desk, "Answer")
    assert desk.heard() == [HandOver()]


def test_panic_by_button_and_by_escape_twice(desk: Desk) -> None:
    click(desk, "Panic")
    assert desk.heard() == [Panic()]
    desk.window.activateWindow()
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.heard() == []
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.heard() == [Panic()]


def test_ports_are_offered_and_opened(desk: Desk) -> None:
    desk.show(replace(STOPPED, inputs=("keyboard:out",), outputs=("synth:in", "other:in")))
    box = desk.box("Port to play on")
    box.setCurrentIndex(2)
    box.activated.emit(2)
    assert desk.heard() == [OpenPorts(None, "other:in")]
    # A port that comes does not change what was chosen.
    desk.show(replace(STOPPED, inputs=(), outputs=("a:in", "synth:in", "other:in")))
    assert box.currentData() == "other:in"


def test_it_says_who_plays_and_what_is_wrong(desk: Desk) -> None:
    desk.show(replace(STOPPED, state=State.ANSWERING, hand_over_ns=21_000_000, backend="jack"))
    assert "Answering" in desk.texts()
    assert "21 ms" in desk.texts()
    desk.show(replace(STOPPED, problem="The JACK server has gone."))
    assert "The JACK server has gone." in desk.texts()


def test_it_says_that_the_engine_has_ended(desk: Desk) -> None:
    desk.engine.close()
    desk.link.poll()
    assert "engine has ended" in desk.texts()
    assert not desk.button("Start").isEnabled()


def test_closing_the_window_halts_and_stops_the_timer(desk: Desk) -> None:
    desk.window.close()
    assert desk.heard()[-1] == Halt()
    desk.link.poll()  # a timer that still ran would do this to a closed pipe


def test_a_real_engine_wakes_listens_and_stops(qtbot: QtBot) -> None:
    engine = start_child("gui.engine")
    window = Window(SessionLink(engine.connection), STYLES, DARK)
    qtbot.addWidget(window)
    window.show()
    start = next(b for b in window.findChildren(QPushButton) if "Start" in b.text())

    def state() -> State | None:
        return window.shown.state if window.shown else None

    qtbot.waitUntil(lambda: state() is State.STOPPED, timeout=20_000)
    qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state() is State.LISTENING, timeout=20_000)
    qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state() is State.STOPPED, timeout=20_000)
    window.close()
    engine.close()
    assert engine.process.returncode == 0


def line(
    kind: Instrument, pitches: tuple[int, ...], begin_ns: int, step_ns: int, *, answered: bool
) -> list[RollNote]:
    """Return notes that follow each other."""
    return [
        RollNote(
            kind,
            pitch,
            64 + 4 * index,
            begin_ns + index * step_ns,
            begin_ns + (index + 1) * step_ns - step_ns // 16,
            answered=answered,
        )
        for index, pitch in enumerate(pitches)
    ]


def conversation(now_ns: int) -> tuple[RollNote, ...]:
    """Two hands that play a phrase, and an answer that is half heard and half planned."""
    begin, start, third = now_ns - 7 * SECOND, now_ns - 2 * SECOND, SECOND // 3
    melody = (72, 74, 76, 79, 77, 76, 74, 71, 72, 67, 69, 72)
    reply = (72, 71, 69, 67, 69, 71, 74, 72, 76, 74, 72, 71)
    played = line(Instrument.PIANO, melody, begin, third, answered=False)
    for chord in ((48, 53, 55, 48), (52, 57, 59, 52)):
        played += line(Instrument.PIANO, chord, begin, SECOND, answered=False)
    answer = line(Instrument.PIANO, reply, start, third, answered=True)
    answer += line(Instrument.BASS, (36, 41, 43, 36), start, SECOND, answered=True)
    answer += line(Instrument.DRUMS, (42,) * 12, start, third, answered=True)
    return tuple(played + answer)


@pytest.mark.parametrize("name,theme", [("dark", DARK), ("light", LIGHT)])
def test_a_picture_is_taken(qtbot: QtBot, name: str, theme: Theme) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    app.setPalette(theme.palette())
    desk = Desk(qtbot, theme)
    now_ns = 100 * SECOND
    shown = Snapshot(now_ns, State.ANSWERING, Settings(), conversation(now_ns), "jack")
    shown = replace(shown, input_name="Antiphon:in", output_name="Antiphon:out")
    desk.show(replace(shown, hand_over_ns=20_400_000, worst_lateness_ns=310_000))
    desk.box("Style").setCurrentText("bossa nova")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture = desk.window.grab()
    assert picture.save(str(SCREENSHOTS / f"window-{name}.png"))
    image = picture.toImage()
    places = ((x, y) for x in range(0, 1080, 3) for y in range(250, 600, 3))
    colours = {image.pixelColor(x, y).name() for x, y in places}
    assert len(colours) > 20
    desk.window.close()
