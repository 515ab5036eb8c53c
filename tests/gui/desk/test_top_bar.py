"""The top bar: the large button and those beside it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bridge.messages.requests import End, HandOver, Start, Stop
from bridge.messages.settings import Mode, Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.midi import smf
from bridge.playout.problem import IoExited, IoSilent, JackSilent
from bridge.playout.protocol import Inject, Panic
from bridge.synth.policy import SynthReady
from gui.desk.top_bar import TopBar
from gui.desk.widgets.theme import DARK
from gui.engine.phrases import DEFAULT_STYLES, performance_events, phrase_file

STOPPED = Snapshot(0, TurnState.STOPPED, Settings(), ())
NOW_NS = 7_000_000_000


class StoppedClock:
    """A clock that always shows the same time."""

    def now_ns(self) -> int:
        return NOW_NS


@pytest.fixture
def bar(qtbot: QtBot) -> TopBar:
    bar = TopBar(StoppedClock())
    qtbot.addWidget(bar)
    bar.show_snapshot(STOPPED)
    return bar


@pytest.fixture
def asked(bar: TopBar) -> list[object]:
    requests: list[object] = []
    bar.requested.connect(requests.append)
    return requests


def test_a_keyboard_that_comes_or_goes_is_named(bar: TopBar) -> None:
    bar.show_keyboard("", "piano")
    assert bar.status_text == "Listening to piano."
    bar.show_message("another")
    bar.show_keyboard("piano", "piano")
    assert bar.status_text == "another"
    bar.show_keyboard("piano", "")
    assert bar.status_text == "piano is no longer heard."


def test_it_starts_with_the_player_with_nothing_or_with_a_phrase(
    bar: TopBar, asked: list[object]
) -> None:
    bar.start.click()
    assert asked == [Start()]
    asked.clear()
    bar.phrase_box.setCurrentIndex(1)
    bar.start.click()
    assert asked == [Start(), HandOver()]
    for index, name in enumerate(DEFAULT_STYLES, 2):
        asked.clear()
        bar.phrase_box.setCurrentIndex(index)
        bar.start.click()
        listen, inject = asked
        assert listen == Start()
        assert isinstance(inject, Inject)
        score = smf.read(phrase_file(name)).score
        assert inject.events == performance_events(score, inject.events[0].time_ns)
        assert 0 < inject.events[0].time_ns - NOW_NS < 1_000_000_000


def test_while_it_runs_it_stops_and_the_choice_is_disabled(
    bar: TopBar, asked: list[object]
) -> None:
    bar.show_snapshot(replace(STOPPED, state=TurnState.LISTENING))
    assert not bar.phrase_box.isEnabled()
    bar.start.click()
    assert asked == [Stop()]


def test_only_valid_commands_are_enabled(bar: TopBar, asked: list[object]) -> None:
    for state, answers, ends in (
        (TurnState.STOPPED, False, False),
        (TurnState.LISTENING, True, False),
        (TurnState.PLAYER, True, False),
        (TurnState.ANSWERING, False, True),
    ):
        bar.show_snapshot(replace(STOPPED, state=state))
        assert (bar.answer.isEnabled(), bar.end.isEnabled()) == (answers, ends)
    bar.end.click()
    bar.panic.click()
    assert asked == [End(), Panic()]


def test_it_shows_the_state(bar: TopBar) -> None:
    said = set()
    for facts in (
        {},
        {"state": TurnState.LISTENING},
        {"state": TurnState.PLAYER},
        {"state": TurnState.ANSWERING},
        {"state": TurnState.ANSWERING, "settings": Settings(mode=Mode.ACCOMPANY)},
        {"state": TurnState.ANSWERING, "audition_span_ns": (0, 1)},
        {"state": TurnState.PLAYER, "settings": Settings(mode=Mode.TRADE)},
        {"state": TurnState.ANSWERING, "settings": Settings(mode=Mode.TRADE)},
    ):
        bar.show_snapshot(replace(STOPPED, **facts))
        said.add(bar.status_text)
    assert len(said) == 8


def test_a_demo_phrase_is_named_while_it_plays(bar: TopBar) -> None:
    bar.phrase_box.setCurrentIndex(bar.phrase_box.findData("minuet"))
    bar.start.click()
    bar.show_snapshot(replace(STOPPED, state=TurnState.PLAYER, now_ns=NOW_NS))
    assert "minuet" in bar.status_text
    bar.show_snapshot(replace(STOPPED, state=TurnState.PLAYER, now_ns=NOW_NS + 60_000_000_000))
    assert "minuet" not in bar.status_text


def test_a_message_is_shown_for_a_while(bar: TopBar, qtbot: QtBot) -> None:
    usual = bar.status_text
    bar.message_ms = 1
    bar.show_message("Kept as a file.")
    assert bar.status_text == "Kept as a file."
    qtbot.waitUntil(lambda: bar.status_text == usual)


@pytest.mark.parametrize("sheet", ["", DARK.style_sheet()], ids=["plain", "dark"])
def test_no_control_moves_when_the_state_changes(bar: TopBar, sheet: str) -> None:
    bar.setStyleSheet(sheet)
    bar.show()
    widths = set()
    for state in TurnState:
        bar.show_snapshot(replace(STOPPED, state=state))
        widths.add(bar.answer.minimumWidth())
        assert bar.answer.sizeHint().width() <= bar.answer.minimumWidth()
    assert len(widths) == 1


def test_a_message_stays_until_the_state_changes(bar: TopBar) -> None:
    bar.show_message("Kept as a file.")
    bar.show_snapshot(replace(STOPPED, now_ns=1))
    assert bar.status_text == "Kept as a file."
    bar.show_snapshot(replace(STOPPED, state=TurnState.LISTENING))
    assert bar.status_text != "Kept as a file."


def test_escape_twice_is_panic_and_once_is_not(bar: TopBar, asked: list[object]) -> None:
    bar.handle_escape()
    assert asked == []
    bar.handle_escape()
    assert asked == [Panic()]
    bar.handle_escape()
    assert asked == [Panic()]


def test_without_an_engine_all_commands_are_disabled(bar: TopBar, qtbot: QtBot) -> None:
    bar.disable()
    with qtbot.assertNotEmitted(bar.requested):
        for button in (bar.start, bar.answer, bar.end, bar.panic):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("state", list(TurnState))
def test_it_never_claims_to_play_when_nothing_plays(bar: TopBar, state: TurnState) -> None:
    for facts in (
        {"problem": IoExited()},
        {"problem": IoSilent()},
        {"problem": JackSilent()},
        {"ports_closed": True},
    ):
        for mode in Mode:
            shown = replace(STOPPED, state=state, settings=Settings(mode=mode), **facts)
            bar.show_snapshot(shown)
            stands_still = bar.status_text.startswith("Nothing plays")
            assert stands_still is (state is not TurnState.STOPPED)
    playing = replace(STOPPED, state=TurnState.ANSWERING, ports_closed=True)
    bar.show_snapshot(replace(playing, synth_status=SynthReady("JACK", 0)))
    assert bar.status_text.startswith("Answering")
    bar.disable()
    assert bar.status_text == "There is no engine."
    bar.show_snapshot(replace(playing, ports_closed=False))  # of the next engine
    assert bar.status_text.startswith("Answering")
