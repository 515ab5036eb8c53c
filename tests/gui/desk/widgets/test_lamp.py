"""A lamp lights up with each note, and goes out."""

from dataclasses import replace

from pytestqt.qtbot import QtBot

from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from gui.desk.widgets.lamp import Lamp

NOTE = RollNote(Instrument.PIANO, 60, 80, 1000)


def test_it_is_lit_for_a_moment_with_each_new_note(qtbot: QtBot) -> None:
    lamp = Lamp("A note comes in", "#ffffff", "#000000")
    qtbot.addWidget(lamp)
    lit = []
    for note in (None, NOTE):
        lamp.show_note(note)
        lit.append(lamp.is_lit)
    qtbot.waitUntil(lambda: not lamp.is_lit)
    for note in (replace(NOTE, release_ns=2000), replace(NOTE, onset_ns=3000)):
        lamp.show_note(note)  # the same one, ended, and another
        lit.append(lamp.is_lit)
    assert lit == [False, True, False, True]
