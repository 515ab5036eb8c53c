"""The window against a scripted engine, and once against a real one."""

from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from bridge.history.record import Record
from bridge.messages.requests import Audition, Bind, ChangeSettings, End, HandOver, Start, Stop
from bridge.messages.settings import Mode, Settings
from bridge.messages.snapshot import TurnState
from bridge.midi import smf
from bridge.midi.controls import Action, Control
from bridge.midi.events import NoteOff, NoteOn
from bridge.midi.instruments import Instrument
from bridge.playout.problem import JackGone
from bridge.playout.protocol import Inject, OpenPorts, Panic
from bridge.system.pipe import start_child
from export.styles.space import StyleSpace
from gui.desk.session_link import SessionLink
from gui.desk.takes.small_roll import SmallRoll
from gui.desk.widgets.theme import DARK, LIGHT, Theme
from gui.desk.window import Window
from gui.engine.phrases import phrase_file
from gui.engine.snapshots import Capture, Captured, Purpose
from gui.preferences import ColourScheme, Preferences
from tests.gui.desk.conftest import Desk
from tests.gui.desk.music import SECOND, conversation, jam

SCREENSHOTS = Path(__file__).parents[3] / "build" / "screenshots"


def test_start_asks_for_what_is_chosen_and_then_listens(desk: Desk) -> None:
    desk.show(settings=Settings(temperature=0.8, bars=3))
    desk.window.styles.map.choose_style("bach")
    desk.heard()
    desk.click(desk.window.top_bar.start)
    change, listen = desk.heard()
    assert isinstance(change, ChangeSettings)
    assert change.settings == Settings(style=(("bach", 1.0),), temperature=0.8, bars=3)
    assert listen == Start()


def test_before_the_engine_is_awake_all_is_as_it_comes(desk: Desk) -> None:
    assert desk.window.settings() == Preferences().settings


def test_stop_halts(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING)
    assert "Stop" in desk.window.top_bar.start.text()
    desk.click(desk.window.top_bar.start)
    assert desk.heard() == [Stop()]


def test_answer_now_hands_over_when_a_phrase_is_heard(desk: Desk) -> None:
    desk.show(state=TurnState.ANSWERING)
    assert not desk.window.top_bar.answer.isEnabled()
    desk.show(state=TurnState.PLAYER)
    desk.click(desk.window.top_bar.answer)
    assert desk.heard() == [HandOver()]


def test_antiphon_may_begin(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING)
    assert "begin" in desk.window.top_bar.answer.text()
    desk.click(desk.window.top_bar.answer)
    assert desk.heard() == [HandOver()]


def test_an_answer_can_be_brought_to_an_end(desk: Desk) -> None:
    desk.show(state=TurnState.PLAYER)
    assert not desk.window.top_bar.end.isEnabled()
    desk.show(state=TurnState.ANSWERING)
    desk.click(desk.window.top_bar.end)
    assert desk.heard() == [End()]


def test_panic_by_button_and_by_escape_twice(desk: Desk) -> None:
    desk.click(desk.window.top_bar.panic)
    assert desk.heard() == [Panic()]
    desk.window.activateWindow()
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.heard() == []
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.heard() == [Panic()]


def test_what_a_knob_has_changed_in_the_engine_is_shown(desk: Desk) -> None:
    desk.show()
    knob = replace(desk.window.settings(), style=(("chopin", 1.0),), mode=Mode.LOOP)
    desk.show(settings=knob)
    assert desk.window.settings() == knob
    assert desk.heard() == []  # it is shown, not asked for again


def test_a_choice_is_undone_and_done_again_by_keys(desk: Desk) -> None:
    desk.show()
    before = desk.window.settings()
    desk.window.styles.map.choose_style("bach")
    chosen = desk.asked()
    desk.show(settings=chosen)
    desk.window.activateWindow()
    desk.qtbot.keySequence(desk.window, QKeySequence.StandardKey.Undo)
    assert desk.asked() == before
    desk.show(settings=before)
    assert desk.window.settings() == before
    desk.qtbot.keySequence(desk.window, QKeySequence.StandardKey.Redo)
    assert desk.asked() == chosen


def test_undo_takes_back_its_step_and_not_what_a_knob_has_changed_since(desk: Desk) -> None:
    desk.show()
    desk.click(desk.window.advanced_button)
    (spin,) = [
        each
        for each in desk.window.play_panel.findChildren(QDoubleSpinBox)
        if each.accessibleName() == "Temperature"
    ]
    before = spin.value()
    spin.setValue(0.5)
    colder = desk.asked()
    desk.show(settings=colder)
    desk.show(settings=replace(colder, style=(("bach", 1.0),)))
    desk.window.activateWindow()
    desk.qtbot.keySequence(desk.window, QKeySequence.StandardKey.Undo)
    back = desk.asked()
    assert (back.temperature, back.style) == (before, (("bach", 1.0),))


def test_a_number_that_was_written_is_undone_where_it_is(desk: Desk) -> None:
    desk.show()
    desk.click(desk.window.advanced_button)
    before = desk.window.settings()
    (spin,) = [
        each
        for each in desk.window.play_panel.findChildren(QDoubleSpinBox)
        if each.accessibleName() == "Temperature"
    ]
    spin.setFocus()
    spin.setValue(0.5)
    desk.show(settings=desk.asked())
    desk.window.activateWindow()
    desk.qtbot.keySequence(spin, QKeySequence.StandardKey.Undo)
    assert desk.asked() == before
    assert "temperature" in desk.window.top_bar.status_text


def test_an_engine_that_has_ended_is_started_again_and_all_is_as_it_was(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.show()
    desk.window.styles.map.choose_style("bach")
    chosen = desk.asked()
    desk.show(settings=chosen)
    desk.engine.close()
    with qtbot.waitSignal(desk.link.ended):
        desk.link.poll()
    assert desk.window.banner.isVisible()
    assert not desk.window.top_bar.start.isEnabled()
    desk.window.warn("Something else is wrong.")
    with qtbot.waitSignal(desk.window.engine_wanted):
        desk.click(desk.window.banner.remedy_button)
    desk.window.show_engine_missing("It does not start.")  # and may be asked for once more
    with qtbot.waitSignal(desk.window.engine_wanted):
        desk.click(desk.window.banner.remedy_button)
    mine, engine = Pipe()
    desk.window.attach_engine(mine)
    desk.engine = engine
    assert desk.asked() == chosen
    desk.begin_anew()
    desk.show(settings=chosen)
    assert desk.window.top_bar.start.isEnabled()
    assert desk.window.keyboard.isEnabled()
    assert not desk.window.banner.isVisible()


def test_what_is_wrong_is_said_until_it_is_not_and_hides_nothing(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING, problem=JackGone())
    assert desk.window.banner.isVisible()
    assert "Listening" in desk.window.top_bar.status_text
    desk.show(state=TurnState.LISTENING)
    assert not desk.window.banner.isVisible()


def test_a_phrase_that_comes_with_it_begins(desk: Desk) -> None:
    desk.show()
    desk.window.top_bar.phrase_box.setCurrentIndex(2)
    desk.click(desk.window.top_bar.start)
    assert [type(each) for each in desk.heard()] == [ChangeSettings, Start, Inject]


def test_letters_are_played_while_the_keys_are_shown(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING)
    desk.heard()
    desk.qtbot.keyClick(desk.window.roll, Qt.Key.Key_A)
    played = [each for each in desk.heard() if isinstance(each, Inject)]
    assert [type(i.events[0].event) for i in played] == [NoteOn, NoteOff]
    desk.click(desk.window.keys_button)
    assert not desk.window.keyboard.isVisible()
    desk.heard()
    desk.qtbot.keyClick(desk.window.roll, Qt.Key.Key_A)
    assert desk.heard() == []


def test_a_key_that_is_held_is_let_go_of_when_the_window_closes(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING)
    desk.qtbot.keyPress(desk.window.roll, Qt.Key.Key_A)
    desk.heard()
    desk.window.close()
    release, halt = desk.heard()
    assert isinstance(release, Inject)
    assert isinstance(release.events[0].event, NoteOff)
    assert halt == Stop()


def test_after_start_the_space_bar_is_the_pedal_and_does_not_stop(desk: Desk) -> None:
    desk.show()
    desk.window.activateWindow()
    desk.click(desk.window.top_bar.start)
    desk.show(state=TurnState.LISTENING)
    desk.heard()
    focused = QApplication.focusWidget()
    assert focused is not None
    desk.qtbot.keyClick(focused, Qt.Key.Key_Space)
    assert Stop() not in desk.heard()


def test_keys_that_play_are_no_change_of_tab(desk: Desk) -> None:
    desk.show()
    desk.click(desk.window.advanced_button)
    desk.window.start_checkup()
    desk.click(desk.window.keys_button)
    assert desk.window.devices.isVisible()


def test_what_is_being_typed_is_left_alone(desk: Desk) -> None:
    finer = Settings(temperature=0.955)  # than the control can show
    desk.show(settings=finer)
    (spin,) = [
        each
        for each in desk.window.play_panel.findChildren(QDoubleSpinBox)
        if each.accessibleName() == "Temperature"
    ]
    spin.lineEdit().setText("1.")
    desk.show(settings=finer, now_ns=1)
    assert spin.lineEdit().text() == "1."


def test_what_is_on_its_way_is_not_shown_away(desk: Desk) -> None:
    desk.show(settings=desk.window.settings())
    before = desk.window.settings()
    desk.window.styles.map.choose_style("bach")
    asked = desk.asked()
    desk.show(settings=before)  # the engine has not heard of it yet
    assert desk.window.settings() == asked
    desk.show(settings=asked)
    desk.show(settings=before)  # now it is the engine that wants it otherwise
    assert desk.window.settings() == before


def test_playing_is_there_for_those_who_want_all_of_it(desk: Desk) -> None:
    assert not desk.window.play_panel.isVisible()
    desk.click(desk.window.advanced_button)
    assert desk.window.play_panel.isVisible()
    desk.click(desk.window.advanced_button)
    assert not desk.window.play_panel.isVisible()


def test_it_says_who_plays_and_what_is_wrong(desk: Desk) -> None:
    desk.show(state=TurnState.ANSWERING)
    assert "Answering" in desk.texts()
    desk.show(state=TurnState.ANSWERING, settings=Settings(mode=Mode.ACCOMPANY))
    assert "Playing with you" in desk.texts()
    desk.show(state=TurnState.LISTENING, learning=Action.PANIC)
    assert "Move the pedal, knob or key" in desk.texts()
    desk.show(problem=JackGone())
    assert "The JACK server has gone; the ports come back with it." in desk.texts()


def test_ports_are_asked_for(desk: Desk) -> None:
    desk.show(outputs=("synth:in", "other:in"))
    desk.window.devices.output.setCurrentIndex(2)
    desk.window.devices.output.activated.emit(2)
    assert desk.heard() == [OpenPorts(None, "other:in")]


def test_it_says_that_the_engine_has_ended(desk: Desk) -> None:
    desk.engine.close()
    desk.link.poll()
    assert "engine has ended" in desk.texts()
    assert not desk.window.top_bar.start.isEnabled()


def test_closing_the_window_halts_and_stops_the_timer(desk: Desk) -> None:
    desk.window.close()
    assert desk.heard()[-1] == Stop()
    desk.link.poll()  # a timer that still ran would do this to a closed pipe


REMEMBERED = Preferences(
    settings=Settings(style=(("bach", 1.0),), mode=Mode.LOOP, bars=4),
    controls=((Control(0, 64), Action.HAND_OVER),),
    output_name="synth:in",
    theme=ColourScheme.LIGHT,
    advanced=True,
)


def test_what_it_was_like_is_restored_and_asked_for(desk: Desk) -> None:
    desk.window.restore(REMEMBERED)
    assert desk.heard() == [
        ChangeSettings(REMEMBERED.settings),
        Bind(REMEMBERED.controls),
        OpenPorts(None, "synth:in"),
    ]
    desk.show()  # an engine that has just woken and has not heard of it
    desk.show(settings=REMEMBERED.settings, bindings=REMEMBERED.controls)
    kept = desk.window.preferences()
    assert replace(kept, geometry="") == REMEMBERED
    assert desk.window.controls.isVisible() or desk.window.play_panel.isVisible()


def test_what_has_no_control_of_its_own_and_what_was_learned_is_not_lost(desk: Desk) -> None:
    palette = Settings(palette=("bach", "jazz"), candidates=2)
    desk.window.restore(replace(REMEMBERED, settings=palette))
    kept = desk.window.preferences()  # before the engine is awake
    assert (kept.settings, kept.controls) == (palette, REMEMBERED.controls)


def test_a_style_that_is_no_more_is_left_out_alone(desk: Desk) -> None:
    gone = Settings(style=(("bach", 0.6), ("mine", 0.4)), mode=Mode.LOOP)
    desk.window.restore(Preferences(gone))
    assert "There is no style mine any more." in desk.texts()
    assert desk.asked() == Settings(style=(("bach", 0.6),), mode=Mode.LOOP)


def test_its_size_is_restored(desk: Desk, qtbot: QtBot, space: StyleSpace, tmp_path: Path) -> None:
    desk.window.resize(1280, 640)
    other = Desk(qtbot, space, tmp_path)
    other.window.restore(desk.window.preferences())
    assert other.window.height() == 640  # the screen that there is not is too narrow for the rest
    other.window.close()


def test_what_was_played_is_kept_as_a_file(desk: Desk, tmp_path: Path) -> None:
    desk.show(jam())
    desk.click(desk.window.captures_panel.keep_minute)
    assert desk.heard() == [Capture(60 * SECOND)]
    desk.engine.send(Captured(Record(conversation()), "made by a test"))
    with desk.qtbot.waitSignal(desk.link.captured):
        desk.link.poll()
    (file,) = (tmp_path / "kept").iterdir()
    assert file.name in desk.texts()
    assert len(smf.read(file).score.notes) == len(conversation())
    assert desk.window.captures_panel.list.model().rowCount() == 1


def test_what_is_to_be_kept_and_what_is_to_be_gone_on_with_are_not_mixed_up(
    desk: Desk, tmp_path: Path
) -> None:
    desk.show(jam())
    desk.click(desk.window.captures_panel.keep_all)
    desk.window.takes.controls.propose.click()  # which an engine that ends would never answer
    asked = [each for each in desk.heard() if isinstance(each, Capture)]
    assert [each.purpose for each in asked] == [Purpose.KEEP, Purpose.CONTINUE]
    played = Captured(Record(conversation()), "made by a test", Purpose.KEEP)
    for captured in (played, Captured(Record(), "", Purpose.CONTINUE), played):
        desk.engine.send(captured)
    desk.link.poll()
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert desk.window.takes.takes.nodes == ()


def test_nothing_played_is_nothing_kept(desk: Desk, tmp_path: Path) -> None:
    desk.engine.send(Captured(Record(), "made by a test"))
    with desk.qtbot.waitSignal(desk.link.captured):
        desk.link.poll()
    assert "nothing was played" in desk.texts()
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_is_told_of(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    desk.engine.send(Captured(Record(conversation()), "made by a test"))
    with desk.qtbot.waitSignal(desk.link.captured):
        desk.link.poll()
    assert str(tmp_path / "kept") in desk.texts()


def test_a_warning_is_said(desk: Desk) -> None:
    desk.show()
    desk.window.warn("settings.toml: 3 makes no sense.")
    assert "makes no sense" in desk.texts()


def test_it_is_dark_or_light_as_the_desktop_is(desk: Desk) -> None:
    desk.window.set_theme(LIGHT)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    assert application.palette().window().color().name() == LIGHT.window
    desk.window.set_theme(DARK)
    assert application.palette().window().color().name() == DARK.window


def test_a_real_engine_wakes_listens_and_stops(
    qtbot: QtBot, space: StyleSpace, tmp_path: Path
) -> None:
    engine = start_child("gui.engine.process")
    window = Window(SessionLink(engine.connection), space, DARK, tmp_path)
    qtbot.addWidget(window)
    window.show()

    def state() -> TurnState | None:
        return window.snapshot.state if window.snapshot else None

    qtbot.waitUntil(lambda: state() is TurnState.STOPPED, timeout=20_000)
    qtbot.mouseClick(window.top_bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state() is TurnState.LISTENING, timeout=20_000)
    qtbot.mouseClick(window.top_bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state() is TurnState.STOPPED, timeout=20_000)
    window.close()
    engine.close()
    assert engine.process.returncode == 0


def drop(window: Window, path: Path) -> QDropEvent:
    """Drop a file on the window, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    QApplication.sendEvent(window, enter)
    event = QDropEvent(QPointF(9, 9), copy, data, left, none)
    event.setAccepted(False)
    if enter.isAccepted():
        QApplication.sendEvent(window, event)
    return event


def test_a_file_that_is_dropped_is_continued_and_a_take_is_heard(desk: Desk) -> None:
    desk.show()
    assert not desk.window.takes.isVisible()
    assert drop(desk.window, phrase_file("minuet")).isAccepted()
    assert desk.window.takes.isVisible()
    takes = desk.window.takes
    desk.qtbot.waitUntil(lambda: not takes.is_busy and len(takes.takes.nodes) == 5, timeout=60_000)
    desk.heard()
    rolls = desk.window.findChildren(SmallRoll)
    desk.window.activateWindow()
    desk.qtbot.mouseDClick(rolls[2], Qt.MouseButton.LeftButton)
    kept = takes.takes.current
    desk.qtbot.keySequence(rolls[2], QKeySequence.StandardKey.Undo)
    assert (kept, takes.takes.current) == (3, 0)
    desk.qtbot.keySequence(rolls[2], QKeySequence.StandardKey.Redo)
    assert takes.takes.current == 3
    takes.undo()
    desk.heard()
    desk.qtbot.mouseClick(rolls[1], Qt.MouseButton.LeftButton)
    (recite,) = desk.heard()
    assert isinstance(recite, Audition)
    assert recite.score.notes
    desk.show(state=TurnState.ANSWERING, audition_span_ns=(0, 10 * SECOND))
    desk.qtbot.keyClick(rolls[1], Qt.Key.Key_Return)
    assert desk.heard() == [End()]


def test_what_is_no_midi_file_is_not_taken(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"")
    assert not drop(desk.window, tmp_path / "song.wav").isAccepted()
    (tmp_path / "song.mid").write_bytes(b"no MIDI")
    drop(desk.window, tmp_path / "song.mid")
    assert "song.mid" in desk.window.banner.message


def test_takes_and_keys_that_are_shown_are_shown_again(
    desk: Desk, qtbot: QtBot, space: StyleSpace, tmp_path: Path
) -> None:
    desk.click(desk.window.takes_button)
    desk.click(desk.window.keys_button)
    other = Desk(qtbot, space, tmp_path)
    other.window.restore(desk.window.preferences())
    assert other.window.takes.isVisible()
    assert not other.window.keyboard.isVisible()
    other.window.close()


def test_a_picture_is_taken_with_takes(desk: Desk) -> None:
    """It is the one in the README."""
    desk.window.resize(1280, 800)
    desk.window.styles.map.choose_style("bossa nova")
    desk.click(desk.window.takes_button)
    takes = desk.window.takes
    takes.start_from(smf.read(phrase_file("minuet")).score, "minuet")
    desk.qtbot.waitUntil(lambda: not takes.is_busy and len(takes.takes.nodes) == 5, timeout=60_000)
    desk.window.roll.setFocus()
    desk.show(jam(), settings=desk.window.settings())
    desk.window.top_bar.show_snapshot(jam())
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    assert desk.window.grab().save(str(SCREENSHOTS / "window-takes.png"))


@pytest.mark.parametrize("size", [(1024, 640), (1280, 760), (2560, 1440)])
@pytest.mark.parametrize("advanced", [False, True], ids=["simple", "advanced"])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_picture_is_taken(
    qtbot: QtBot,
    space: StyleSpace,
    tmp_path: Path,
    theme: Theme,
    *,
    advanced: bool,
    size: tuple[int, int],
) -> None:
    desk = Desk(qtbot, space, tmp_path, theme)
    desk.window.resize(*size)
    desk.window.styles.map.choose_style("bossa nova")
    chosen = replace(desk.window.settings(), instruments=(Instrument.PIANO, Instrument.BASS))
    desk.show(jam(), settings=chosen)
    if advanced:
        desk.click(desk.window.advanced_button)
    QApplication.processEvents()  # what was shown or hidden finds its place
    picture = desk.window.grab()
    assert (picture.width(), picture.height()) == size
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    look = f"{'dark' if theme is DARK else 'light'}-{'advanced' if advanced else 'simple'}"
    assert picture.save(str(SCREENSHOTS / f"window-{look}-{size[0]}x{size[1]}.png"))
    image = picture.toImage()
    roll = desk.window.roll.geometry()
    corner = desk.window.roll.mapTo(desk.window, roll.topLeft() - roll.topLeft())
    places = (
        (corner.x() + x, corner.y() + y)
        for x in range(0, roll.width(), 3)
        for y in range(0, roll.height(), 3)
    )
    assert len({image.pixelColor(x, y).name() for x, y in places}) > 20
    desk.window.close()
