"""The button that copies the diagnostics, in the window."""

from importlib.metadata import version

from PySide6.QtWidgets import QApplication

from bridge.messages.processor import NoNvidiaDriver, Processor
from bridge.playout.protocol import Lateness
from tests.gui.desk.conftest import Desk


def test_versions_processor_ports_and_lateness_are_in_the_clipboard(desk: Desk) -> None:
    desk.show(
        backend="jack",
        input_name="in",
        output_name="out",
        processor=Processor(is_gpu=False, threads=1, reason=NoNvidiaDriver()),
        lateness=Lateness((50, 100), (9, 1, 0), 70_000),
    )
    desk.click(desk.window.devices.diagnostics)
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0] == f"Antiphon {version('antiphon')}"
    assert f"PySide6-Essentials {version('PySide6-Essentials')}" in lines[2]
    assert "Processor: CPU, 1 thread: no NVIDIA driver was found" in lines
    assert "Ports: in → out (jack)" in lines
    assert "Lateness: 10 notes, p50 0.05 ms, p99 0.07 ms, worst 0.07 ms" in lines


def test_the_button_says_that_it_has_copied(desk: Desk) -> None:
    button = desk.window.devices.diagnostics
    before = button.text()
    desk.click(button)
    assert button.text() == "Copied"
    desk.qtbot.waitUntil(lambda: button.text() == before)
