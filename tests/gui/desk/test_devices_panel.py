"""Ports, whose time is kept, and how it goes."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from bridge.dialogue import Settings, Snapshot, State, Time
from bridge.protocol import OpenPorts
from bridge.transport import Source
from gui.desk.devices_panel import DevicesPanel
from tests.gui.desk.music import jam

STOPPED = Snapshot(0, State.STOPPED, Settings(), ())


@pytest.fixture
def panel(qtbot: QtBot) -> DevicesPanel:
    panel = DevicesPanel()
    qtbot.addWidget(panel)
    panel.show_settings(Settings())
    return panel


def combo(panel: DevicesPanel, name: str) -> QComboBox:
    return next(b for b in panel.findChildren(QComboBox) if b.accessibleName() == name)


def test_ports_are_offered_and_opened(panel: DevicesPanel, qtbot: QtBot) -> None:
    panel.show_snapshot(
        replace(STOPPED, inputs=("keyboard:out",), outputs=("synth:in", "other:in"))
    )
    panel.output.setCurrentIndex(2)
    with qtbot.waitSignal(panel.opened) as asked:
        panel.output.activated.emit(2)
    assert asked.args == [OpenPorts(None, "other:in")]
    # A port that comes does not change what was chosen.
    panel.show_snapshot(replace(STOPPED, outputs=("a:in", "synth:in", "other:in")))
    assert panel.output.currentData() == "other:in"


@pytest.mark.parametrize(
    "time",
    [
        Time(),
        Time(sync=Source.CLOCK),
        Time(metre=(6, 8)),
        Time(metre=(11, 8)),
        Time(advance_ns=-12_500_000),
    ],
)
def test_time_is_shown_and_asked_for(panel: DevicesPanel, qtbot: QtBot, time: Time) -> None:
    with qtbot.assertNotEmitted(panel.changed):
        panel.show_settings(Settings(time=time))
    assert panel.applied(Settings(bars=2)) == Settings(bars=2, time=time)


def test_a_choice_is_told(panel: DevicesPanel, qtbot: QtBot) -> None:
    box = combo(panel, "Whose time is kept")
    with qtbot.waitSignal(panel.changed):
        box.setCurrentIndex(box.findData(Source.LINK))
    assert panel.applied(Settings()).time == Time(sync=Source.LINK)


def test_it_shows_how_it_goes(panel: DevicesPanel) -> None:
    panel.show_snapshot(replace(jam(), echoes=3))
    texts = [label.text() for label in panel.findChildren(QLabel)]
    assert "Following the JACK transport." in texts
    assert "Antiphon:in → Antiphon:out (jack)" in texts
    assert "after 20 ms" in texts
    assert "at most 0.3 ms" in texts
    assert "3" in texts
