"""One line of the window: whose time it is, where the music is, who is there, what sounded last.

So a player sees at a glance whether the host is heard at all, before anything has been answered.
Where nothing can be heard, why not comes first.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy

from bridge.messages.snapshot import RollNote, Snapshot
from gui.desk.widgets.languages import translated
from gui.desk.widgets.names import instrument_name
from gui.wording.reasons import sentence_of
from model.tokens.vocabulary import pitch_name

_SEPARATOR = "   ·   "


class TimeLine(QLabel):
    """Shows time, place, plugins and last notes."""

    def __init__(self) -> None:
        super().__init__()
        # Sentences may be longer than the window, which need not grow for them.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("Time and last notes"))
        self.setToolTip(self.tr("Whose time is followed, tempo, bar and beat, and the last notes."))

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


def _format_note(note: RollNote) -> str:
    return f"{instrument_name(note.instrument)} {pitch_name(note.pitch)}"
