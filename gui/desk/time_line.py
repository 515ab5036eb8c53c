"""The status line: time source, position, key, plugins and the last notes.

It shows at a glance whether the host's time arrives, before the first response. If no note can be
heard, the reason comes first.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from bridge.messages.harmony import HeardKey
from bridge.messages.snapshot import RollNote, Snapshot
from gui.desk.widgets.languages import translated
from gui.desk.widgets.names import instrument_name
from gui.wording.reasons import sentence_of
from model.tokens.vocabulary import pitch_name

_SEPARATOR = "   ·   "


class TimeLine(QLabel):
    """Shows the time source, the position, the key, the plugins and the last notes."""

    def __init__(self) -> None:
        super().__init__()
        # A long text must not widen the window.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)  # an error may look like HTML
        self.setAccessibleName(self.tr("Time and last notes"))
        self.setToolTip(
            self.tr(
                "Time source, tempo, bar and beat, the key that Antiphon has heard and how well it "
                "fits, and the last notes."
            )
        )

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the engine's state."""
        self.setText(_SEPARATOR.join(self._parts(snapshot)))

    def _parts(self, snapshot: Snapshot) -> list[str]:
        reasons = (snapshot.synth_status if snapshot.synth_failed else None, snapshot.sync_reason)
        parts = [translated(sentence_of(reason)) for reason in reasons if reason is not None]
        if snapshot.beat is not None:
            bar, beat = snapshot.beat
            parts.append(self.tr("{:.1f} bpm").format(snapshot.transport.bpm))
            parts.append(self.tr("bar {}, beat {}").format(bar, beat))
        if snapshot.key is not None:
            parts.append(self._format_key(snapshot.key))
        if snapshot.plugins:
            voices = (
                instrument_name(one.plays) if one.plays else self.tr("all")
                for one in snapshot.plugins
            )
            parts.append(self.tr("plugins: {}").format(", ".join(voices)))
        for who, note in (
            (self.tr("you"), snapshot.last_played),
            (self.tr("Antiphon"), snapshot.last_answered),
        ):
            if note is not None:
                parts.append(f"{who}: {_format_note(note)}")
        return parts

    def _format_key(self, key: HeardKey) -> str:
        form = self.tr("{} minor ({:.0f} %)") if key.is_minor else self.tr("{} major ({:.0f} %)")
        return form.format(key.tonic, 100 * key.fit)


def _format_note(note: RollNote) -> str:
    return f"{instrument_name(note.instrument)} {pitch_name(note.pitch)}"
