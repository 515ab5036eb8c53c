"""When Antiphon sounds by itself, and by which sound font."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QWidget

from bridge.synth.policy import SynthPolicy

if TYPE_CHECKING:
    from bridge.messages.settings import Settings


class SoundChoice(QWidget):
    """Chooses when the built-in synth plays, and what with."""

    changed = Signal()
    """Something was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._font = ""
        self.box = self._when_box()
        self.choose = QPushButton("...")
        self.choose.setAccessibleName(self.tr("Choose a sound font"))
        self.choose.clicked.connect(self._open)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box, 1)
        row.addWidget(self.choose)
        self._name_font()

    def applied(self, settings: Settings) -> Settings:
        """Return the settings with what is chosen here."""
        return replace(settings, sound=self.box.currentData(), sound_font=self._font)

    def show_settings(self, settings: Settings) -> None:
        """Show what is asked for, without asking for it."""
        self.box.blockSignals(True)
        self.box.setCurrentIndex(self.box.findData(settings.sound))
        self.box.blockSignals(False)
        self._font = settings.sound_font
        self._name_font()

    def take_font(self, path: str) -> None:
        """Play with the sound font in this file; with none, the usual one."""
        self._font = path
        self._name_font()
        self.changed.emit()

    def _name_font(self) -> None:
        name = Path(self._font).name or self.tr("the usual one")
        self.choose.setToolTip(self.tr("Sound font: {}. Choose another.").format(name))

    def _open(self) -> None:
        dialog = QFileDialog(self, self.tr("Sound font"), self._font)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Sound fonts (*.sf2 *.sf3)"))
        dialog.fileSelected.connect(self.take_font)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _when_box(self) -> QComboBox:
        box = QComboBox()
        for text, sound in (
            (self.tr("unless a DAW sounds"), SynthPolicy.AUTO),
            (self.tr("always"), SynthPolicy.ON),
            (self.tr("never"), SynthPolicy.OFF),
        ):
            box.addItem(text, sound)
        box.setAccessibleName(self.tr("Built-in sound"))
        box.setToolTip(
            self.tr(
                "When Antiphon sounds by itself. A plugin, a chosen output port, or whatever is "
                "connected to ours is a DAW."
            )
        )
        box.currentIndexChanged.connect(self.changed)
        return box
