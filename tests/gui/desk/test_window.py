"""The window with a scripted engine, and once with a real one."""

import os
import sys
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from bridge.history.record import Record
from bridge.io.handle import MidiIo
from bridge.messages.requests import Audition, Bind, ChangeSettings, End, HandOver, Start, Stop
from bridge.messages.settings import Mode, Settings
from bridge.messages.snapshot import TurnState
from bridge.midi import smf
from bridge.midi.controls import Action, Control
from bridge.midi.events import NoteOff, NoteOn
from bridge.midi.instruments import Instrument
from bridge.playout.problem import JackGone
from bridge.playout.protocol import Inject, OpenPorts, Panic, Play, SetOwnTransport
from bridge.playout.schedule import ScheduledEvent
from bridge.sync.transport import NANOSECONDS
from bridge.system.pipe import start_child
from export.styles.space import StyleSpace
from gui.desk.session_link import SessionLink
from gui.desk.takes.small_roll import SmallRoll
from gui.desk.widgets.theme import DARK, LIGHT, Theme
from gui.desk.window import Window
from gui.engine.phrases import phrase_file
from gui.engine.snapshots import Capture, Captured, Purpose
from gui.preferences import ColourScheme, Preferences
from tests.bridge.session.conversation import Conversation, soon_ns
from tests.gui.desk.conftest import Desk
from tests.gui.desk.music import SECOND, conversation, jam

SCREENSHOTS = Path(__file__).parents[3] / "build" / "screenshots"


def test_start_sends_the_settings_first(desk: Desk) -> None:
    desk.show(settings=Settings(temperature=0.8, bars=3))
    desk.window.styles.map.choose_style("bach")
    desk.requests()
    desk.click(desk.window.top_bar.start)
    change, listen = desk.requests()
    assert isinstance(change, ChangeSettings)
    assert change.settings == Settings(style=(("bach", 1.0),), temperature=0.8, bars=3)
    assert listen == Start()


def test_before_the_engine_is_ready_settings_are_the_defaults(desk: Desk) -> None:
    assert desk.window.settings() == Preferences().settings


def test_stop_sends_stop(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING)
    assert "Stop" in desk.window.top_bar.start.text()
    desk.click(desk.window.top_bar.start)
    assert desk.requests() == [Stop()]


def test_answer_now_hands_over_during_a_phrase(desk: Desk) -> None:
    desk.show(state=TurnState.ANSWERING)
    assert not desk.window.top_bar.answer.isEnabled()
    desk.show(state=TurnState.PLAYER)
    desk.click(desk.window.top_bar.answer)
    assert desk.requests() == [HandOver()]


def test_antiphon_may_start(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING)
    assert "begin" in desk.window.top_bar.answer.text()
    desk.click(desk.window.top_bar.answer)
    assert desk.requests() == [HandOver()]


def test_a_response_can_be_ended(desk: Desk) -> None:
    desk.show(state=TurnState.PLAYER)
    assert not desk.window.top_bar.end.isEnabled()
    desk.show(state=TurnState.ANSWERING)
    desk.click(desk.window.top_bar.end)
    assert desk.requests() == [End()]


def test_panic_by_button_and_by_escape_twice(desk: Desk) -> None:
    desk.click(desk.window.top_bar.panic)
    assert desk.requests() == [Panic()]
    desk.window.activateWindow()
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.requests() == []
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.requests() == [Panic()]


def test_settings_changed_by_the_engine_are_shown(desk: Desk) -> None:
    desk.show()
    knob = replace(desk.window.settings(), style=(("chopin", 1.0),), mode=Mode.LOOP)
    desk.show(settings=knob)
    assert desk.window.settings() == knob
    assert desk.requests() == []  # it is shown and not requested again


def test_a_choice_is_undone_and_redone_with_keys(desk: Desk) -> None:
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


def test_undo_keeps_later_changes_by_the_engine(desk: Desk) -> None:
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


def test_a_typed_number_is_undone_in_its_box(desk: Desk) -> None:
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


def test_a_restarted_engine_gets_all_settings(desk: Desk, qtbot: QtBot) -> None:
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
    desk.window.show_engine_missing("It does not start.")  # and can be requested again
    with qtbot.waitSignal(desk.window.engine_wanted):
        desk.click(desk.window.banner.remedy_button)
    mine, engine = Pipe()
    desk.window.attach_engine(mine)
    desk.engine = engine
    assert desk.asked() == chosen
    desk.restart_engine()
    desk.show(settings=chosen)
    assert desk.window.top_bar.start.isEnabled()
    assert desk.window.keyboard.isEnabled()
    assert not desk.window.banner.isVisible()


def test_a_problem_is_shown_until_it_is_solved(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING, problem=JackGone())
    assert desk.window.banner.isVisible()
    assert "Listening" in desk.window.top_bar.status_text
    desk.show(state=TurnState.LISTENING)
    assert not desk.window.banner.isVisible()


def test_a_demo_phrase_starts(desk: Desk) -> None:
    desk.show()
    desk.window.top_bar.phrase_box.setCurrentIndex(2)
    desk.click(desk.window.top_bar.start)
    assert [type(each) for each in desk.requests()] == [ChangeSettings, Start, Inject]


def test_letters_play_while_the_keys_are_shown(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING)
    desk.requests()
    desk.qtbot.keyClick(desk.window.roll, Qt.Key.Key_A)
    played = [each for each in desk.requests() if isinstance(each, Inject)]
    assert [type(i.events[0].event) for i in played] == [NoteOn, NoteOff]
    desk.click(desk.window.keys_button)
    assert not desk.window.keyboard.isVisible()
    desk.requests()
    desk.qtbot.keyClick(desk.window.roll, Qt.Key.Key_A)
    assert desk.requests() == []


def test_a_held_key_is_released_when_the_window_closes(desk: Desk) -> None:
    desk.show(state=TurnState.LISTENING)
    desk.qtbot.keyPress(desk.window.roll, Qt.Key.Key_A)
    desk.requests()
    desk.window.close()
    release, stop = desk.requests()
    assert isinstance(release, Inject)
    assert isinstance(release.events[0].event, NoteOff)
    assert stop == Stop()


def test_after_start_the_space_bar_is_the_pedal_and_does_not_stop(desk: Desk) -> None:
    desk.show()
    desk.window.activateWindow()
    desk.click(desk.window.top_bar.start)
    desk.show(state=TurnState.LISTENING)
    desk.requests()
    focused = QApplication.focusWidget()
    assert focused is not None
    desk.qtbot.keyClick(focused, Qt.Key.Key_Space)
    assert Stop() not in desk.requests()


def test_keys_that_play_do_not_change_the_tab(desk: Desk) -> None:
    desk.show()
    desk.click(desk.window.advanced_button)
    desk.window.start_checkup()
    desk.click(desk.window.keys_button)
    assert desk.window.devices.isVisible()


def test_text_being_typed_is_kept(desk: Desk) -> None:
    finer = Settings(temperature=0.955)  # finer than the control's step
    desk.show(settings=finer)
    (spin,) = [
        each
        for each in desk.window.play_panel.findChildren(QDoubleSpinBox)
        if each.accessibleName() == "Temperature"
    ]
    spin.lineEdit().setText("1.")
    desk.show(settings=finer, now_ns=1)
    assert spin.lineEdit().text() == "1."


def test_settings_on_their_way_stay_shown(desk: Desk) -> None:
    desk.show(settings=desk.window.settings())
    before = desk.window.settings()
    desk.window.styles.map.choose_style("bach")
    asked = desk.asked()
    desk.show(settings=before)  # the engine has not received it yet
    assert desk.window.settings() == asked
    desk.show(settings=asked)
    desk.show(settings=before)  # now the engine has changed it
    assert desk.window.settings() == before


def test_the_play_panel_is_an_option(desk: Desk) -> None:
    assert not desk.window.play_panel.isVisible()
    desk.click(desk.window.advanced_button)
    assert desk.window.play_panel.isVisible()
    desk.click(desk.window.advanced_button)
    assert not desk.window.play_panel.isVisible()


def test_it_shows_the_state_and_the_problem(desk: Desk) -> None:
    desk.show(state=TurnState.ANSWERING)
    assert "Answering" in desk.texts()
    desk.show(state=TurnState.ANSWERING, settings=Settings(mode=Mode.ACCOMPANY))
    assert "Playing with you" in desk.texts()
    desk.show(state=TurnState.LISTENING, learning=Action.PANIC)
    assert "Move the pedal, knob or key" in desk.texts()
    desk.show(problem=JackGone())
    assert "The JACK server has gone; the ports come back with it." in desk.texts()


def test_ports_are_requested(desk: Desk) -> None:
    desk.show(outputs=("synth:in", "other:in"))
    desk.window.devices.output.setCurrentIndex(2)
    desk.window.devices.output.activated.emit(2)
    assert desk.requests() == [OpenPorts(None, "other:in")]


def test_the_end_of_the_engine_is_shown(desk: Desk) -> None:
    desk.engine.close()
    desk.link.poll()
    assert "engine has ended" in desk.texts()
    assert not desk.window.top_bar.start.isEnabled()


def test_closing_the_window_stops_the_session_and_the_timer(desk: Desk) -> None:
    desk.window.close()
    assert desk.requests()[-1] == Stop()
    desk.link.poll()  # a timer that still ran would poll the closed pipe


REMEMBERED = Preferences(
    settings=Settings(style=(("bach", 1.0),), mode=Mode.LOOP, bars=4),
    controls=((Control(0, 64), Action.HAND_OVER),),
    output_name="synth:in",
    theme=ColourScheme.LIGHT,
    advanced=True,
)


def test_preferences_are_restored_and_requested(desk: Desk) -> None:
    desk.window.restore(REMEMBERED)
    assert desk.requests() == [
        ChangeSettings(REMEMBERED.settings),
        Bind(REMEMBERED.controls),
        OpenPorts(None, "synth:in"),
    ]
    desk.show()  # an engine that has just started and has not received them
    desk.show(settings=REMEMBERED.settings, bindings=REMEMBERED.controls)
    kept = desk.window.preferences()
    assert replace(kept, geometry="") == REMEMBERED
    assert desk.window.controls.isVisible() or desk.window.play_panel.isVisible()


def test_settings_without_a_control_and_learned_controls_are_kept(desk: Desk) -> None:
    palette = Settings(palette=("bach", "jazz"), candidates=2)
    desk.window.restore(replace(REMEMBERED, settings=palette))
    kept = desk.window.preferences()  # before the engine is ready
    assert (kept.settings, kept.controls) == (palette, REMEMBERED.controls)


def test_a_missing_style_is_left_out(desk: Desk) -> None:
    gone = Settings(style=(("bach", 0.6), ("mine", 0.4)), mode=Mode.LOOP)
    desk.window.restore(Preferences(gone))
    assert "There is no style mine any more." in desk.texts()
    assert desk.asked() == Settings(style=(("bach", 0.6),), mode=Mode.LOOP)


def test_its_size_is_restored(desk: Desk, qtbot: QtBot, space: StyleSpace, tmp_path: Path) -> None:
    desk.window.resize(1280, 640)
    other = Desk(qtbot, space, tmp_path)
    other.window.restore(desk.window.preferences())
    assert other.window.height() == 640  # the offscreen screen is too narrow for the full width
    other.window.close()


def test_a_capture_is_saved_as_a_file(desk: Desk, tmp_path: Path) -> None:
    desk.show(jam())
    desk.click(desk.window.captures_panel.keep_minute)
    assert desk.requests() == [Capture(60 * SECOND)]
    desk.engine.send(Captured(Record(conversation()), "made by a test"))
    with desk.qtbot.waitSignal(desk.link.captured):
        desk.link.poll()
    (file,) = (tmp_path / "kept").iterdir()
    assert file.name in desk.texts()
    assert len(smf.read(file).score.notes) == len(conversation())
    assert desk.window.captures_panel.list.model().rowCount() == 1


def test_captures_to_save_and_to_continue_are_not_mixed_up(desk: Desk, tmp_path: Path) -> None:
    desk.show(jam())
    desk.click(desk.window.captures_panel.keep_all)
    desk.window.takes.controls.propose.click()  # an engine that ends would never reply
    asked = [each for each in desk.requests() if isinstance(each, Capture)]
    assert [each.purpose for each in asked] == [Purpose.KEEP, Purpose.CONTINUE]
    played = Captured(Record(conversation()), "made by a test", Purpose.KEEP)
    for captured in (played, Captured(Record(), "", Purpose.CONTINUE), played):
        desk.engine.send(captured)
    desk.link.poll()
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert desk.window.takes.takes.nodes == ()


def test_an_empty_capture_is_not_saved(desk: Desk, tmp_path: Path) -> None:
    desk.engine.send(Captured(Record(), "made by a test"))
    with desk.qtbot.waitSignal(desk.link.captured):
        desk.link.poll()
    assert "nothing was played" in desk.texts()
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_is_reported(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    desk.engine.send(Captured(Record(conversation()), "made by a test"))
    with desk.qtbot.waitSignal(desk.link.captured):
        desk.link.poll()
    assert str(tmp_path / "kept") in desk.texts()


def test_a_warning_is_shown(desk: Desk) -> None:
    desk.show()
    desk.window.warn("settings.toml: 3 is not valid.")
    assert "is not valid" in desk.texts()


def test_the_theme_follows_the_desktop(desk: Desk) -> None:
    desk.window.set_theme(LIGHT)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    assert application.palette().window().color().name() == LIGHT.window
    desk.window.set_theme(DARK)
    assert application.palette().window().color().name() == DARK.window


def test_a_real_engine_starts_and_stops(qtbot: QtBot, space: StyleSpace, tmp_path: Path) -> None:
    engine = start_child("gui.engine.process")
    window = Window(SessionLink(engine.connection), space, DARK, tmp_path)
    qtbot.addWidget(window)
    window.show()

    def state() -> TurnState | None:
        return window.snapshot.state if window.snapshot else None

    def has_network() -> bool:
        return window.snapshot is not None and window.snapshot.processor is not None

    qtbot.waitUntil(lambda: state() is TurnState.STOPPED, timeout=20_000)
    qtbot.mouseClick(window.top_bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state() is TurnState.LISTENING, timeout=20_000)
    qtbot.mouseClick(window.top_bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state() is TurnState.STOPPED, timeout=20_000)
    # An engine that still loads its network ends when it has loaded it.
    qtbot.waitUntil(has_network, timeout=60_000)
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


def test_a_dropped_file_is_continued_and_a_take_auditioned(desk: Desk) -> None:
    desk.show()
    assert not desk.window.takes.isVisible()
    assert drop(desk.window, phrase_file("minuet")).isAccepted()
    assert desk.window.takes.isVisible()
    takes = desk.window.takes
    desk.qtbot.waitUntil(lambda: not takes.is_busy and len(takes.takes.nodes) == 5, timeout=60_000)
    desk.requests()
    rolls = desk.window.findChildren(SmallRoll)
    desk.window.activateWindow()
    desk.qtbot.mouseDClick(rolls[2], Qt.MouseButton.LeftButton)
    kept = takes.takes.current
    desk.qtbot.keySequence(rolls[2], QKeySequence.StandardKey.Undo)
    assert (kept, takes.takes.current) == (3, 0)
    desk.qtbot.keySequence(rolls[2], QKeySequence.StandardKey.Redo)
    assert takes.takes.current == 3
    takes.undo()
    desk.requests()
    desk.qtbot.mouseClick(rolls[1], Qt.MouseButton.LeftButton)
    (audition,) = desk.requests()
    assert isinstance(audition, Audition)
    assert audition.score.notes
    desk.show(state=TurnState.ANSWERING, audition_span_ns=(0, 10 * SECOND))
    desk.qtbot.keyClick(rolls[1], Qt.Key.Key_Return)
    assert desk.requests() == [End()]


def test_other_files_are_not_accepted(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"")
    assert not drop(desk.window, tmp_path / "song.wav").isAccepted()
    (tmp_path / "song.mid").write_bytes(b"no MIDI")
    drop(desk.window, tmp_path / "song.mid")
    desk.qtbot.waitUntil(lambda: not desk.window.takes.is_busy, timeout=60_000)
    assert "song.mid" in desk.window.banner.message


def test_escape_ends_the_reading_of_a_dropped_file(desk: Desk, tmp_path: Path) -> None:
    desk.show()
    desk.window.activateWindow()
    os.mkfifo(tmp_path / "pipe.mid")
    busy = []
    drop(desk.window, phrase_file("minuet"))
    busy.append(desk.window.takes.is_busy)
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    busy.append(desk.window.takes.is_busy)
    assert busy == [True, False]
    drop(desk.window, phrase_file("minuet"))
    drop(desk.window, tmp_path / "pipe.mid")  # in place of the first
    desk.qtbot.waitUntil(lambda: not desk.window.takes.is_busy, timeout=60_000)
    assert "pipe.mid" in desk.window.banner.message
    assert not desk.window.takes.takes.nodes


def test_shown_takes_and_keys_are_restored(
    desk: Desk, qtbot: QtBot, space: StyleSpace, tmp_path: Path
) -> None:
    desk.click(desk.window.takes_button)
    desk.click(desk.window.keys_button)
    other = Desk(qtbot, space, tmp_path)
    other.window.restore(desk.window.preferences())
    assert other.window.takes.isVisible()
    assert not other.window.keyboard.isVisible()
    other.window.close()


def test_a_picture_with_takes(desk: Desk) -> None:
    """It is the picture in the README."""
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
def test_a_picture(
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
    QApplication.processEvents()  # for the layout after showing and hiding
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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_panic_reaches_the_midi_process_although_the_engine_does_not_read(desk: Desk) -> None:
    with MidiIo.start("loopback") as io:
        talk = Conversation(io)
        talk.open()
        io.send(SetOwnTransport(NANOSECONDS))
        io.send(Play((ScheduledEvent(soon_ns(), 0, NoteOn(0, 60, 9)),)))
        talk.sent(1)
        desk.show(io_process_id=io.process_id)
        desk.click(desk.window.top_bar.panic)  # nobody reads the request
        assert talk.sent(2)[1].event == NoteOff(0, 60)
    assert Panic() in desk.requests()
