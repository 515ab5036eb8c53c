"""The status line shows all that is known, and nothing else."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from bridge.messages.harmony import HeardKey
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.instruments import Instrument
from bridge.playout.protocol import PluginInstance
from bridge.playout.time_reason import Following, NoSource
from bridge.sync.transport import Source, Transport
from bridge.synth.reason import NoSuchSoundFont, SoundDeviceLost
from gui.desk.time_line import TimeLine

SECOND = 1_000_000_000
FREE = NoSource(own_clock=False)


def shown(qtbot: QtBot, snapshot: Snapshot) -> str:
    line = TimeLine()
    qtbot.addWidget(line)
    line.show_snapshot(snapshot)
    return line.text()


def test_it_is_empty_at_first(qtbot: QtBot) -> None:
    assert shown(qtbot, Snapshot(0, TurnState.STOPPED, Settings(), ())) == ""


def test_in_free_time_there_is_no_bar(qtbot: QtBot) -> None:
    snapshot = Snapshot(SECOND, TurnState.LISTENING, Settings(), (), sync_reason=FREE)
    assert shown(qtbot, snapshot) == "Playing freely."


def test_in_a_host_it_shows_everything(qtbot: QtBot) -> None:
    snapshot = Snapshot(
        5 * SECOND,
        TurnState.ANSWERING,
        Settings(),
        (),
        transport=Transport(Source.PLUGIN, quarter_ns=SECOND // 2),
        sync_reason=Following(Source.PLUGIN),
        plugins=(
            PluginInstance(1, None, listens=True, playing=True),
            PluginInstance(2, Instrument.BASS, listens=False, playing=True),
        ),
        last_played=RollNote(Instrument.PIANO, 60, 80, 4 * SECOND),
        last_answered=RollNote(Instrument.BASS, 36, 80, 4 * SECOND),
    )
    assert shown(qtbot, snapshot).split("   ·   ") == [
        "Following the plugin's host.",
        "120.0 bpm",
        "bar 3, beat 3",
        "plugins: all, bass",
        "you: piano C4",
        "Antiphon: bass C2",
    ]


@pytest.mark.parametrize(
    "key,text",
    [
        (HeardKey("Eb", is_minor=False, fit=0.914), "Eb major (91 %)"),
        (HeardKey("F#", is_minor=True, fit=0.6), "F# minor (60 %)"),
    ],
)
def test_it_shows_the_key_and_how_well_it_fits(qtbot: QtBot, key: HeardKey, text: str) -> None:
    snapshot = Snapshot(SECOND, TurnState.ANSWERING, Settings(), (), sync_reason=FREE, key=key)
    assert shown(qtbot, snapshot) == f"Playing freely.   ·   {text}"


def test_the_reason_for_silence_comes_first(qtbot: QtBot) -> None:
    snapshot = Snapshot(
        0,
        TurnState.LISTENING,
        Settings(),
        (),
        sync_reason=FREE,
        synth_status=SoundDeviceLost(),
    )
    assert shown(qtbot, snapshot) == "Playing freely."
    text = shown(qtbot, replace(snapshot, synth_failed=True))
    assert text == (
        "The sound device has gone; Antiphon sounds again when there is one.   ·   Playing freely."
    )


def test_a_long_sentence_does_not_widen_the_window(qtbot: QtBot) -> None:
    line = TimeLine()
    qtbot.addWidget(line)
    around = QWidget()
    qtbot.addWidget(around)
    QHBoxLayout(around).addWidget(line)
    before = around.minimumSizeHint().width()
    lost = NoSuchSoundFont("and so on " * 99)
    line.show_snapshot(
        Snapshot(0, TurnState.STOPPED, Settings(), (), synth_status=lost, synth_failed=True)
    )
    assert around.minimumSizeHint().width() == before
