"""The panel of a checkup: its list, its question, and its advice."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from bridge.messages.requests import Audition, End
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.system.clock import ManualClock
from bridge.system.units import SECOND
from gui.desk.devices.checkup import ECHO_WAIT_NS, TEST_PHRASE, CheckStatus
from gui.desk.devices.checkup_panel import DoctorPanel
from gui.desk.devices.sign import StatusIcon
from gui.desk.widgets.theme import DARK

QUIET = Snapshot(
    0,
    TurnState.STOPPED,
    Settings(),
    (),
    "jack",
    input_name="Antiphon:in",
    output_name="Antiphon:out",
)
SOUNDING = replace(QUIET, state=TurnState.ANSWERING, audition_span_ns=(0, SECOND))


class Practice:
    """A panel, its clock, and its requests."""

    def __init__(self, qtbot: QtBot) -> None:
        self.clock = ManualClock()
        self.panel = DoctorPanel(DARK, self.clock, "linux")
        qtbot.addWidget(self.panel)
        self.panel.show()
        self.asked: list[object] = []
        self.advised: list[int] = []
        self.panel.requested.connect(self.asked.append)
        self.panel.advance_chosen.connect(self.advised.append)
        self._qtbot = qtbot

    def begin(self) -> None:
        """Run the checkup until the notes have been played."""
        self.panel.show_snapshot(QUIET)
        self.click(self.panel.check)
        self.panel.step()
        self.panel.show_snapshot(SOUNDING)

    def end(self, after: Snapshot = QUIET) -> None:
        self.clock.advance(SECOND)
        self.panel.show_snapshot(after)
        self.panel.step()
        self.clock.advance(ECHO_WAIT_NS)
        self.panel.step()

    def click(self, button: QPushButton) -> None:
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def texts(self) -> str:
        return "\n".join(label.text() for label in self.panel.findChildren(QLabel))

    def shown(self) -> set[str]:
        buttons = self.panel.findChildren(QPushButton)
        return {button.text().replace("&", "") for button in buttons if button.isVisible()}


@pytest.fixture
def practice(qtbot: QtBot) -> Practice:
    return Practice(qtbot)


def test_nothing_happens_before_the_start(practice: Practice) -> None:
    practice.panel.show_snapshot(QUIET)
    assert practice.asked == []
    assert practice.shown() == {"Check"}


def test_it_waits_for_the_engine(practice: Practice) -> None:
    practice.panel.start()
    practice.clock.advance(60 * SECOND)
    practice.panel.step()
    assert practice.panel.is_running
    practice.panel.show_snapshot(QUIET)
    practice.panel.step()
    assert practice.asked == [Audition(TEST_PHRASE)]


def test_its_timer_steps_it(practice: Practice, qtbot: QtBot) -> None:
    practice.panel.show_snapshot(QUIET)
    with qtbot.waitSignal(practice.panel.requested):
        practice.panel.start()


def test_it_asks_about_the_notes_and_stores_the_answer(practice: Practice) -> None:
    practice.begin()
    assert practice.shown() == {"Cancel", "I hear it", "No"}
    practice.click(practice.panel.yes)
    assert practice.shown() == {"Cancel"}
    assert "You hear them." in practice.texts()
    practice.end()
    assert practice.shown() == {"Check"}
    assert "there is no loop" in practice.texts()


def test_no_sound_shows_a_remedy(practice: Practice) -> None:
    practice.begin()
    practice.end()
    practice.click(practice.panel.no)
    assert "Connect Antiphon:out to an instrument" in practice.texts()


def test_an_advance_is_advised_and_set_once(practice: Practice) -> None:
    practice.begin()
    looped = replace(QUIET, echo_count=8, echo_delay_ns=12_340_000)
    practice.end(looped)
    assert practice.shown() == {"Check", "I hear it", "No", "Set advance to 12.3 ms"}
    practice.click(practice.panel.advance)
    assert practice.advised == [12_300_000]
    time = replace(looped.settings.time, advance_ns=12_300_000)
    practice.panel.show_snapshot(replace(looped, settings=replace(looped.settings, time=time)))
    assert "Set advance to 12.3 ms" not in practice.shown()


def test_it_can_be_cancelled(practice: Practice) -> None:
    practice.begin()
    practice.click(practice.panel.cancel)
    assert practice.asked == [Audition(TEST_PHRASE), End()]
    assert practice.shown() == {"Check"}


def test_each_finding_has_an_icon_and_an_accessible_name(practice: Practice) -> None:
    practice.begin()
    signs = practice.panel.findChildren(StatusIcon)
    assert [each.accessibleName() for each in signs] == ["well", "asked", "waiting", "waiting"]
    names = {label.accessibleName() for label in practice.panel.findChildren(QLabel)}
    assert "Test notes, asked: Four soft notes, up a chord: do you hear them?" in names
    assert [each.status for each in practice.panel.findings][:2] == [
        CheckStatus.OK,
        CheckStatus.QUESTION,
    ]
    assert all(button.toolTip() for button in practice.panel.findChildren(QPushButton))
