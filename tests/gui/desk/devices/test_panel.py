"""The devices panel: ports, time source, facts, and the checkup."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from bridge.messages.processor import NoNvidiaDriver, Processor
from bridge.messages.requests import Audition
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.playout.protocol import Lateness, OpenPorts, PluginInstance
from bridge.sync.transport import Source
from gui.desk.devices.panel import DevicesPanel
from gui.desk.widgets.lamp import Lamp
from gui.desk.widgets.theme import DARK, LIGHT, Theme
from tests.gui.desk.music import jam
from tests.gui.desk.wheel import turned

SCREENSHOTS = Path(__file__).parents[4] / "build" / "screenshots"
EDGES_US = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
STOPPED = Snapshot(0, TurnState.STOPPED, Settings(), ())


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
    with qtbot.waitSignal(panel.ports_chosen) as asked:
        panel.output.activated.emit(2)
    assert asked.args == [OpenPorts(None, "other:in")]
    # A new port does not change the choice.
    panel.show_snapshot(replace(STOPPED, outputs=("a:in", "synth:in", "other:in")))
    assert panel.output.currentData() == "other:in"


@pytest.mark.parametrize(
    "time",
    [
        TimeSettings(),
        TimeSettings(sync=Source.CLOCK),
        TimeSettings(metre=(6, 8)),
        TimeSettings(metre=(11, 8)),
        TimeSettings(advance_ns=-12_500_000),
    ],
)
def test_time_settings_are_shown_and_requested(
    panel: DevicesPanel, qtbot: QtBot, time: TimeSettings
) -> None:
    with qtbot.assertNotEmitted(panel.changed):
        panel.show_settings(Settings(time=time))
    assert panel.apply_to(Settings(bars=2)) == Settings(bars=2, time=time)


def test_a_choice_is_emitted(panel: DevicesPanel, qtbot: QtBot) -> None:
    box = combo(panel, "Time source")
    with qtbot.waitSignal(panel.changed):
        box.setCurrentIndex(box.findData(Source.LINK))
    assert panel.apply_to(Settings()).time == TimeSettings(sync=Source.LINK)


def test_listening_to_a_keyboard_is_ticked_and_can_be_switched_off(
    panel: DevicesPanel, qtbot: QtBot
) -> None:
    assert panel.keyboard.isChecked()
    with qtbot.waitSignal(panel.changed):
        panel.keyboard.click()
    assert panel.apply_to(Settings()) == Settings(keyboard=False)
    with qtbot.assertNotEmitted(panel.changed):
        panel.show_settings(Settings())
    assert panel.keyboard.isChecked()


def test_a_label_has_the_tooltip_of_its_control(panel: DevicesPanel) -> None:
    labels = [label for label in panel.findChildren(QLabel) if label.buddy() is not None]
    assert len(labels) == 7
    for label in labels:
        assert label.toolTip()
        assert label.toolTip() == label.buddy().toolTip()


def full() -> Snapshot:
    """Return a snapshot with a value for every fact."""
    return replace(
        jam(),
        echo_count=8,
        echo_delay_ns=12_340_000,
        processor=Processor(is_gpu=False, threads=2, reason=NoNvidiaDriver()),
        keyboard="nanoKEY2",
        lateness=Lateness(EDGES_US, (812, 203, 90, 14, 5, 2, 1, 0, 0, 0, 0), 3_200_000),
        plugins=(
            PluginInstance(1, None, listens=True, playing=True),
            PluginInstance(2, Instrument.BASS, listens=False, playing=True),
        ),
    )


def facts(panel: DevicesPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel)]


@pytest.mark.parametrize(
    "text",
    [
        "Antiphon:in → Antiphon:out (jack)",
        "1. plays all instruments, listens\n2. plays bass, does not listen",
        "nanoKEY2",
        "Following the JACK transport.",
        "60.0 bpm in 4/4",
        "bar 3, beat 1",
        "CPU, 2 threads: no NVIDIA driver was found",
        "after 20 ms",
        "8, after 12.3 ms",
        "p50 0.05 ms, p99 0.5 ms, worst 3.2 ms",
    ],
)
def test_it_shows_the_facts(panel: DevicesPanel, text: str) -> None:
    assert text not in facts(panel)
    panel.show_snapshot(full())
    assert text in facts(panel)


def test_missing_facts_are_shown_as_missing(panel: DevicesPanel) -> None:
    panel.show_snapshot(full())
    panel.show_snapshot(STOPPED)
    assert {"none open", "none", "free", "-", "no note yet"} <= set(facts(panel))
    panel.show_snapshot(replace(STOPPED, echo_count=3))
    assert "3" in facts(panel)


def test_lamps_beside_the_ports_light_up(panel: DevicesPanel) -> None:
    lamps = panel.findChildren(Lamp)
    assert [lamp.is_lit for lamp in lamps] == [False, False]
    panel.show_snapshot(replace(jam(), last_answered=None))
    assert [lamp.is_lit for lamp in lamps] == [True, False]
    panel.show_snapshot(jam())
    assert [lamp.is_lit for lamp in lamps] == [True, True]


def test_the_wheel_scrolls_and_chooses_nothing(panel: DevicesPanel, qtbot: QtBot) -> None:
    panel.resize(360, 300)
    panel.show()
    panel.show_snapshot(replace(STOPPED, inputs=("a", "b")))
    qtbot.waitUntil(lambda: panel.verticalScrollBar().maximum() > 0)
    with qtbot.assertNotEmitted(panel.ports_chosen), qtbot.assertNotEmitted(panel.changed):
        # An event that is not accepted goes to the parent, as in real use.
        assert not turned(panel.input)
        assert not turned(combo(panel, "Metre"))
    assert turned(panel.viewport())
    assert panel.verticalScrollBar().value() > 0


def test_an_advised_advance_is_set(panel: DevicesPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.changed):
        panel.doctor.advance_chosen.emit(12_300_000)
    assert panel.apply_to(Settings()).time == TimeSettings(advance_ns=12_300_000)


def test_a_checkup_scrolls_into_view_and_sends_requests(panel: DevicesPanel, qtbot: QtBot) -> None:
    panel.resize(360, 420)
    panel.show()
    qtbot.waitUntil(lambda: panel.verticalScrollBar().maximum() > 0)
    panel.show_snapshot(replace(full(), state=TurnState.LISTENING))
    with qtbot.waitSignal(panel.requested) as asked:
        panel.start_checkup()
    assert isinstance(asked.args[0], Audition)
    panel.show_snapshot(replace(full(), audition_span_ns=(0, 1 << 60)))
    no_hidden = panel.doctor.yes
    qtbot.waitUntil(lambda: no_hidden.visibleRegion().boundingRect() == no_hidden.rect())


def is_complete(widget: QWidget) -> bool:
    """Return whether there is room for the complete text."""
    height = widget.heightForWidth(widget.width())
    wanted = widget.sizeHint()
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() >= height
    return widget.width() >= wanted.width() and widget.height() >= wanted.height()


@pytest.mark.usefixtures("usual_colours")
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_nothing_is_cut_off_in_a_narrow_window(
    panel: DevicesPanel, qtbot: QtBot, theme: Theme
) -> None:
    QApplication.setPalette(theme.palette())
    panel.setStyleSheet(theme.style_sheet() + f"DevicesPanel {{ background: {theme.window}; }}")
    panel.set_theme(theme)
    panel.resize(360, 900)
    panel.show()
    panel.show_snapshot(replace(full(), state=TurnState.LISTENING))
    with qtbot.waitSignal(panel.requested):
        panel.start_checkup()
    panel.show_snapshot(replace(full(), audition_span_ns=(0, 1 << 60), echo_count=16))
    texts: list[QLabel | QPushButton] = [*panel.findChildren(QLabel)]
    texts += panel.findChildren(QPushButton)
    texts = [widget for widget in texts if widget.isVisible() and widget.text()]
    assert len(texts) > 25
    qtbot.waitUntil(lambda: all(map(is_complete, texts)))
    inner = panel.widget()
    assert inner is not None
    assert inner.width() <= panel.viewport().width()
    for widget in texts:
        place = widget.rect().translated(widget.mapTo(inner, QPoint()))
        assert inner.rect().contains(place)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    look = "dark" if theme is DARK else "light"
    assert panel.grab().save(str(SCREENSHOTS / f"devices-{look}.png"))
