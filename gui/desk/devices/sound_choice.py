"""The choice of when the built-in synth sounds, and of its sound font."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QWidget

from bridge.names import visible
from bridge.synth.policy import SynthPolicy
from gui.desk.widgets.names import setting_help

if TYPE_CHECKING:
    from bridge.messages.settings import Settings


class SoundChoice(QWidget):
    """Chooses when the built-in synth plays, and its sound font."""

    changed = Signal()
    """Emitted when a choice changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sound_font = ""
        self.policy_box = self._make_policy_box()
        self.font_button = QPushButton("...")
        self.font_button.setAccessibleName(self.tr("Choose a sound font"))
        self.font_button.clicked.connect(self._open_dialog)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.policy_box, 1)
        row.addWidget(self.font_button)
        self._update_font_tip()

    def apply_to(self, settings: Settings) -> Settings:
        """Return the settings with the choices made here."""
        return replace(settings, sound=self.policy_box.currentData(), sound_font=self._sound_font)

    def show_settings(self, settings: Settings) -> None:
        """Show settings without emitting `changed`."""
        self.policy_box.blockSignals(True)
        self.policy_box.setCurrentIndex(self.policy_box.findData(settings.sound))
        self.policy_box.blockSignals(False)
        self._sound_font = settings.sound_font
        self._update_font_tip()

    def set_sound_font(self, path: str) -> None:
        """Use the sound font in this file; an empty path means the default one."""
        self._sound_font = path
        self._update_font_tip()
        self.changed.emit()

    def _update_font_tip(self) -> None:
        name = visible(Path(self._sound_font).name) or self.tr("the usual one")
        self.font_button.setToolTip(self.tr("Sound font: {}. Choose another.").format(name))

    def _open_dialog(self) -> None:
        dialog = QFileDialog(self, self.tr("Sound font"), self._sound_font)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Sound fonts (*.sf2 *.sf3)"))
        dialog.fileSelected.connect(self.set_sound_font)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _make_policy_box(self) -> QComboBox:
        box = QComboBox()
        for text, sound in (
            (self.tr("unless a DAW sounds"), SynthPolicy.AUTO),
            (self.tr("always"), SynthPolicy.ON),
            (self.tr("never"), SynthPolicy.OFF),
        ):
            box.addItem(text, sound)
        box.setAccessibleName(self.tr("Built-in sound"))
        box.setToolTip(setting_help("sound"))
        box.currentIndexChanged.connect(self.changed)
        return box
