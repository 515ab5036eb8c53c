"""The keyboard under the mouse and the computer's keys: the events sent, and the lit keys."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication, QImage, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.events import ControlChange, Event, NoteOff, NoteOn, TimedEvent
from bridge.midi.instruments import Instrument
from bridge.playout.protocol import Inject
from bridge.system.clock import ManualClock
from gui.desk.keys.bed import is_black
from gui.desk.keys.keyboard import Keyboard
from gui.desk.widgets.theme import DARK, LIGHT, Theme
from tests.gui.desk.music import NOW_NS, SECOND, conversation

SCREENSHOTS = Path(__file__).parents[4] / "build" / "screenshots"
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_BUTTON, PLAIN = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
KEYS = Qt.Key
PEDAL_DOWN, PEDAL_UP = ControlChange(0, 64, 127), ControlChange(0, 64, 0)
PIANO = Instrument.PIANO


class Player:
    """A keyboard and the events played on it."""

    def __init__(self) -> None:
        self.clock = ManualClock(5 * SECOND)
        self.keyboard = Keyboard(DARK, self.clock)
        self.keyboard.resize(860, 80)
        self.injected: list[Inject] = []
        self.keyboard.played.connect(self.injected.append)
        self.keyboard.show()

    @property
    def events(self) -> list[Event]:
        return [timed.event for inject in self.injected for timed in inject.events]

    def new_events(self) -> list[Event]:
        """Return the events played since the last call."""
        events = self.events
        self.injected.clear()
        return events

    def at(self, pitch: int, depth: float = 0.8) -> QPoint:
        place = self.keyboard.key_layout().key_rect(pitch)
        return QPointF(place.center().x(), place.top() + depth * place.height()).toPoint()

    def key(self, kind: QEvent.Type, key: Qt.Key, *, again: bool = False) -> bool:
        event = QKeyEvent(kind, key, PLAIN, "", again)
        return self.keyboard.handle_key(event)

    def mouse(self, kind: QEvent.Type, place: QPoint, buttons: Qt.MouseButton) -> None:
        button = NO_BUTTON if kind is QEvent.Type.MouseMove else LEFT
        event = QMouseEvent(kind, QPointF(place), QPointF(place), button, buttons, PLAIN)
        QApplication.sendEvent(self.keyboard, event)

    def picture(self) -> QImage:
        return self.keyboard.grab().toImage()


@pytest.fixture
def player(qtbot: QtBot) -> Player:
    player = Player()
    qtbot.addWidget(player.keyboard)
    return player


def pressed(player: Player, *keys: Qt.Key) -> None:
    for key in keys:
        player.key(QEvent.Type.KeyPress, key)


def released(player: Player, *keys: Qt.Key) -> None:
    for key in keys:
        player.key(QEvent.Type.KeyRelease, key)


def sounding(events: list[Event]) -> tuple[set[int], bool]:
    """Return the pitches that sound after these events, and whether the pedal is down.

    Each note must begin before it ends, and end before it begins again.
    """
    pitches, pedal = set[int](), False
    for event in events:
        match event:
            case NoteOn(0, pitch):
                assert pitch not in pitches
                pitches.add(pitch)
            case NoteOff(0, pitch):
                pitches.remove(pitch)
            case ControlChange(0, 64, value):
                assert (value > 0) is not pedal
                pedal = value > 0
            case _:
                pytest.fail(f"unexpected event: {event}")
    return pitches, pedal


# The mouse.


@pytest.mark.parametrize("pitch", [36, 60, 61, 70, 96])
def test_the_mouse_plays_the_key_that_it_is_on(player: Player, qtbot: QtBot, pitch: int) -> None:
    qtbot.mousePress(player.keyboard, LEFT, pos=player.at(pitch))
    (on,) = player.new_events()
    assert isinstance(on, NoteOn)
    assert (on.channel, on.pitch) == (0, pitch)
    qtbot.mouseRelease(player.keyboard, LEFT, pos=player.at(pitch))
    assert player.new_events() == [NoteOff(0, pitch)]


def test_events_have_the_time_of_the_press(player: Player, qtbot: QtBot) -> None:
    player.clock.advance(70)
    qtbot.mousePress(player.keyboard, LEFT, pos=player.at(60))
    (inject,) = player.injected
    assert isinstance(inject, Inject)
    assert [timed.time_ns for timed in inject.events] == [5 * SECOND + 70]
    assert all(isinstance(timed, TimedEvent) for timed in inject.events)


@pytest.mark.parametrize("pitch", [62, 63])
def test_low_on_a_key_is_loud(player: Player, qtbot: QtBot, pitch: int) -> None:
    velocities = []
    for depth in (0.02, 0.5, 0.98):
        qtbot.mousePress(player.keyboard, LEFT, pos=player.at(pitch, depth))
        qtbot.mouseRelease(player.keyboard, LEFT, pos=player.at(pitch, depth))
        on = player.new_events()[0]
        assert isinstance(on, NoteOn)
        assert on.pitch == pitch or depth < 0.5  # above, a white key may lie under black ones
        velocities.append(on.velocity)
    soft, middle, loud = velocities
    assert 1 <= soft < 30 < middle < 100 < loud <= 127


def test_dragging_is_a_glissando(player: Player, qtbot: QtBot) -> None:
    keyboard = player.keyboard
    qtbot.mousePress(keyboard, LEFT, pos=player.at(60))
    for pitch in (60, 62, 64):
        qtbot.mouseMove(keyboard, player.at(pitch))
        qtbot.mouseMove(keyboard, player.at(pitch) + QPoint(1, 1))
    qtbot.mouseRelease(keyboard, LEFT, pos=player.at(64))
    assert [(type(event), event.pitch) for event in player.events] == [  # type: ignore[union-attr]
        (NoteOn, 60),
        *((NoteOff, 60), (NoteOn, 62)),
        *((NoteOff, 62), (NoteOn, 64)),
        (NoteOff, 64),
    ]
    assert (
        len(player.injected) == 4
    )  # the end of one key and the start of the next have the same time


def test_dragging_off_the_keys_is_silent_and_back_plays_again(player: Player, qtbot: QtBot) -> None:
    keyboard = player.keyboard
    qtbot.mousePress(keyboard, LEFT, pos=player.at(60))
    player.new_events()
    qtbot.mouseMove(keyboard, QPoint(player.at(60).x(), 5))
    assert player.new_events() == [NoteOff(0, 60)]
    qtbot.mouseMove(keyboard, player.at(62))
    assert sounding(player.new_events()) == ({62}, False)


def test_a_double_click_plays_twice(player: Player, qtbot: QtBot) -> None:
    qtbot.mouseClick(player.keyboard, LEFT, pos=player.at(60))
    qtbot.mouseDClick(player.keyboard, LEFT, pos=player.at(60))
    qtbot.mouseRelease(player.keyboard, LEFT, pos=player.at(60))
    assert sum(isinstance(event, NoteOn) for event in player.events) == 2
    assert sounding(player.events) == (set(), False)


def test_other_buttons_play_nothing_and_end_nothing(player: Player, qtbot: QtBot) -> None:
    qtbot.mouseClick(player.keyboard, RIGHT, pos=player.at(60))
    assert player.new_events() == []
    qtbot.mousePress(player.keyboard, LEFT, pos=player.at(60))
    player.new_events()
    qtbot.mouseClick(player.keyboard, RIGHT, pos=player.at(60))
    assert player.new_events() == []


def test_a_missed_release_is_sent_later(player: Player) -> None:
    player.mouse(QEvent.Type.MouseButtonPress, player.at(60), LEFT)
    player.new_events()
    player.mouse(QEvent.Type.MouseMove, player.at(62), NO_BUTTON)
    assert player.new_events() == [NoteOff(0, 60)]


# The computer's keys.


def test_the_letters_play(player: Player, qtbot: QtBot) -> None:
    for key, pitch in ((KEYS.Key_A, 60), (KEYS.Key_W, 61), (KEYS.Key_Apostrophe, 77)):
        qtbot.keyPress(player.keyboard, key)
        assert player.new_events() == [NoteOn(0, pitch, 95)]
        qtbot.keyRelease(player.keyboard, key)
        assert player.new_events() == [NoteOff(0, pitch)]


def test_a_chord_is_held_until_each_key_comes_up(player: Player) -> None:
    pressed(player, KEYS.Key_A, KEYS.Key_D, KEYS.Key_G)
    assert sounding(player.events) == ({60, 64, 67}, False)
    released(player, KEYS.Key_D)
    assert sounding(player.events) == ({60, 67}, False)


def test_auto_repeat_is_one_note(player: Player) -> None:
    pressed(player, KEYS.Key_A)
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
        assert player.key(kind, KEYS.Key_A, again=True)
    assert player.events == [NoteOn(0, 60, 95)]


def test_auto_repeat_of_another_key_is_not_music(player: Player) -> None:
    assert player.key(QEvent.Type.KeyPress, KEYS.Key_A, again=True)
    assert player.events == []


def test_octaves_move_and_held_keys_stay(player: Player) -> None:
    pressed(player, KEYS.Key_A, KEYS.Key_X, KEYS.Key_S)
    assert sounding(player.events) == ({60, 74}, False)
    released(player, KEYS.Key_A, KEYS.Key_X, KEYS.Key_S)
    assert sounding(player.events) == (set(), False)
    pressed(player, KEYS.Key_Z)
    released(player, KEYS.Key_Z)
    pressed(player, KEYS.Key_Z)
    assert player.keyboard.typing_range.lowest == 48


def test_velocity_moves(player: Player) -> None:
    pressed(player, KEYS.Key_V, KEYS.Key_A)
    pressed(player, KEYS.Key_C)
    released(player, KEYS.Key_C)
    pressed(player, KEYS.Key_C, KEYS.Key_S)
    assert player.events == [NoteOn(0, 60, 111), NoteOn(0, 62, 79)]


def test_space_is_the_pedal(player: Player) -> None:
    pressed(player, KEYS.Key_Space)
    assert player.key(QEvent.Type.KeyPress, KEYS.Key_Space, again=True)
    released(player, KEYS.Key_Space)
    assert player.events == [PEDAL_DOWN, PEDAL_UP]


@pytest.mark.parametrize(
    "modifier",
    [
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.AltModifier,
        Qt.KeyboardModifier.MetaModifier,
    ],
)
def test_a_command_is_not_music(
    player: Player, qtbot: QtBot, modifier: Qt.KeyboardModifier
) -> None:
    qtbot.keyClick(player.keyboard, KEYS.Key_S, modifier)
    assert player.events == []
    event = QKeyEvent(QEvent.Type.KeyPress, KEYS.Key_S, modifier)
    player.keyboard.keyPressEvent(event)
    assert not event.isAccepted()


def test_shift_and_a_later_modifier_change_nothing(player: Player, qtbot: QtBot) -> None:
    qtbot.keyPress(player.keyboard, KEYS.Key_Colon, Qt.KeyboardModifier.ShiftModifier)
    assert player.new_events() == [NoteOn(0, 76, 95)]
    qtbot.keyRelease(player.keyboard, KEYS.Key_Semicolon, Qt.KeyboardModifier.ControlModifier)
    assert player.new_events() == [NoteOff(0, 76)]


def test_a_key_that_plays_nothing_is_passed_on(player: Player) -> None:
    for key in (KEYS.Key_Q, KEYS.Key_1, KEYS.Key_Tab, KEYS.Key_Return, KEYS.Key_Odiaeresis):
        assert not player.key(QEvent.Type.KeyPress, key)
        assert not player.key(QEvent.Type.KeyRelease, key)


def test_a_release_without_a_press_is_passed_on(player: Player) -> None:
    assert not player.key(QEvent.Type.KeyRelease, KEYS.Key_A)
    assert player.events == []


def test_keys_play_by_position_if_scan_codes_are_known(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "wayland")
    player = Player()
    qtbot.addWidget(player.keyboard)
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        q_where_a_is = QKeyEvent(kind, KEYS.Key_Q, PLAIN, 38, 0x71, 0, "q")
        assert player.keyboard.handle_key(q_where_a_is)
    assert player.new_events() == [NoteOn(0, 60, 95), NoteOff(0, 60)]
    assert "Keys Q to" in player.keyboard.toolTip()  # it has learned the printed letter


def test_x11_release_and_press_with_one_time_stamp_are_auto_repeat(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    player = Player()
    qtbot.addWidget(player.keyboard)

    def happen(kind: QEvent.Type, stamp: int, key: Qt.Key = KEYS.Key_A, code: int = 38) -> None:
        event = QKeyEvent(kind, key, PLAIN, code, 0, 0, "")
        event.setTimestamp(stamp)
        assert player.keyboard.handle_key(event)

    happen(QEvent.Type.KeyPress, 1)
    for stamp in (700, 740):
        happen(QEvent.Type.KeyRelease, stamp)
        happen(QEvent.Type.KeyPress, stamp)
    assert player.new_events() == [NoteOn(0, 60, 95)]
    happen(QEvent.Type.KeyRelease, 780)
    happen(QEvent.Type.KeyPress, 785)  # a quick second press
    assert player.new_events() == [NoteOff(0, 60), NoteOn(0, 60, 95)]
    happen(QEvent.Type.KeyPress, 790, KEYS.Key_S, 39)
    happen(QEvent.Type.KeyRelease, 795, KEYS.Key_S, 39)
    qtbot.waitUntil(lambda: player.events == [NoteOn(0, 62, 95), NoteOff(0, 62)])
    happen(QEvent.Type.KeyRelease, 800)
    qtbot.waitUntil(lambda: player.events[2:] == [NoteOff(0, 60)])


# Releasing all keys.


LETTING_GO: dict[str, Callable[[Keyboard], object]] = {
    "focus": lambda keys: QApplication.sendEvent(keys, QFocusEvent(QEvent.Type.FocusOut)),
    "window": lambda keys: QApplication.sendEvent(keys, QEvent(QEvent.Type.WindowDeactivate)),
    "hidden": lambda keys: keys.hide(),
    "disabled": lambda keys: keys.setEnabled(False),
    "asked": lambda keys: keys.release_all(),
}


@pytest.mark.parametrize("how", LETTING_GO)
def test_all_keys_are_released(player: Player, how: str) -> None:
    pressed(player, KEYS.Key_A, KEYS.Key_Space)
    player.mouse(QEvent.Type.MouseButtonPress, player.at(72), LEFT)
    assert sounding(player.events) == ({60, 72}, True)
    LETTING_GO[how](player.keyboard)
    assert sounding(player.events) == (set(), False)
    count = len(player.events)
    assert player.key(QEvent.Type.KeyRelease, KEYS.Key_A)  # consumed, though no note is left to end
    player.mouse(QEvent.Type.MouseButtonRelease, player.at(72), NO_BUTTON)
    assert len(player.events) == count


def test_when_the_mouse_leaves_only_its_key_is_released(player: Player) -> None:
    pressed(player, KEYS.Key_A)
    player.mouse(QEvent.Type.MouseButtonPress, player.at(72), LEFT)
    QApplication.sendEvent(player.keyboard, QEvent(QEvent.Type.Leave))
    assert sounding(player.events) == ({60}, False)


_TYPED = (
    *(KEYS.Key_A, KEYS.Key_W, KEYS.Key_K, KEYS.Key_O, KEYS.Key_Z, KEYS.Key_X),
    *(KEYS.Key_C, KEYS.Key_V, KEYS.Key_Space),
)
_PRESS, _RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
_MOVES: dict[str, Callable[[Player, int], object]] = {
    "press": lambda player, n: player.key(_PRESS, _TYPED[n % len(_TYPED)]),
    "again": lambda player, n: player.key(_PRESS, _TYPED[n % len(_TYPED)], again=True),
    "release": lambda player, n: player.key(_RELEASE, _TYPED[n % len(_TYPED)]),
    "strike": lambda player, n: player.mouse(QEvent.Type.MouseButtonPress, QPoint(9 * n, 60), LEFT),
    "drag": lambda player, n: player.mouse(QEvent.Type.MouseMove, QPoint(9 * n, 3 * n), LEFT),
    "lift": lambda player, n: player.mouse(
        QEvent.Type.MouseButtonRelease, QPoint(9 * n, 60), NO_BUTTON
    ),
    "leave": lambda player, _n: QApplication.sendEvent(player.keyboard, QEvent(QEvent.Type.Leave)),
    "show": lambda player, n: player.keyboard.setVisible(bool(n % 2)),
    "resize": lambda player, n: player.keyboard.resize(260 + 40 * n, 80),
    **{
        how: lambda player, _n, go=go: go(player.keyboard)  # type: ignore[misc]
        for how, go in LETTING_GO.items()
        if how != "disabled"
    },
}


@pytest.mark.usefixtures("qapp")
@given(
    st.lists(st.tuples(st.sampled_from(sorted(_MOVES)), st.integers(0, 90)), max_size=60),
    st.sampled_from(["hidden", "focus", "window", "fingers"]),
)
def test_no_sequence_of_inputs_leaves_a_note_hanging(
    moves: list[tuple[str, int]], end: str
) -> None:
    player = Player()
    for move, number in moves:
        _MOVES[move](player, number)
        assert sounding(player.events)[0] == player.keyboard.lit_played
    if end == "fingers":  # each is released by itself
        for key in _TYPED:
            player.key(_RELEASE, key)
        player.mouse(QEvent.Type.MouseButtonRelease, QPoint(0, 0), NO_BUTTON)
    else:
        player.keyboard.show()
        LETTING_GO[end](player.keyboard)
    assert sounding(player.events) == (set(), False)
    player.keyboard.deleteLater()


# Lit keys.


def snapshot(
    *notes: RollNote, now_ns: int = NOW_NS, state: TurnState = TurnState.PLAYER
) -> Snapshot:
    return Snapshot(now_ns, state, Settings(), notes)


def note(
    onset_s: float, length_s: float | None, pitch: int = 60, *, answered: bool = False
) -> RollNote:
    onset = NOW_NS + round(onset_s * SECOND)
    release = None if length_s is None else onset + round(length_s * SECOND)
    return RollNote(PIANO, pitch, 80, onset, release, answered=answered)


def test_sounding_keys_are_lit_for_their_side(player: Player) -> None:
    keyboard = player.keyboard
    keyboard.show_snapshot(
        snapshot(
            *(note(-1, None, 60), note(-1, 2, 62), note(-2, 1, 64), note(1, 1, 65)),
            *(note(-1, 2, 72, answered=True), note(1, 1, 74, answered=True)),
        )
    )
    assert keyboard.lit_played == {60, 62}
    assert keyboard.lit_answered == {72}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("pitch", [60, 61])
def test_keys_are_painted_in_the_players_colours(player: Player, theme: Theme, pitch: int) -> None:
    keyboard = player.keyboard
    keyboard.set_theme(theme)

    def colour() -> str:
        return player.picture().pixelColor(player.at(pitch, 0.5)).name()

    rests = colour()
    keyboard.show_snapshot(snapshot(note(-1, None, pitch, answered=True)))
    assert colour() == theme.answered
    pressed(player, KEYS.Key_W if is_black(pitch) else KEYS.Key_A)
    assert colour() == theme.played  # the user's own key keeps the player's colour
    released(player, KEYS.Key_W, KEYS.Key_A)
    keyboard.show_snapshot(snapshot())
    assert colour() == rests


def test_notes_beyond_the_keys_show_an_arrow(player: Player) -> None:
    before = player.picture()
    player.keyboard.show_snapshot(snapshot(note(-1, None, 24, answered=True)))
    after = player.picture()
    changed = {
        (x, y)
        for x in range(after.width())
        for y in range(after.height())
        if after.pixel(x, y) != before.pixel(x, y)
    }
    assert changed
    assert all(x < 14 and y < 17 for x, y in changed)


def test_letters_pedal_and_focus_are_visible(player: Player, qtbot: QtBot) -> None:
    pictures = [player.picture()]
    for key in (KEYS.Key_X, KEYS.Key_V, KEYS.Key_Space):
        pressed(player, key)
        pictures.append(player.picture())
    assert all(one != other for one, other in pairwise(pictures))
    with qtbot.waitActive(player.keyboard):
        player.keyboard.activateWindow()
    player.keyboard.setFocus()
    focused = player.picture()
    player.keyboard.clearFocus()
    assert player.picture() != focused


def test_it_has_accessible_texts(player: Player) -> None:
    keyboard = player.keyboard
    assert keyboard.accessibleName() == "Keyboard"
    for text in (keyboard.accessibleDescription(), keyboard.toolTip()):
        assert "C4 to F5" in text
        assert "velocity 95" in text
        assert "Space: pedal" in text
    pressed(player, KEYS.Key_Z, KEYS.Key_V)
    assert "C3 to F4" in keyboard.accessibleDescription()
    assert "velocity 111" in keyboard.accessibleDescription()
    assert keyboard.focusPolicy() is Qt.FocusPolicy.StrongFocus


def test_its_least_size_has_two_octaves(player: Player) -> None:
    smallest, usual = player.keyboard.minimumSizeHint(), player.keyboard.sizeHint()
    assert smallest.height() == usual.height() == 80
    player.keyboard.resize(smallest)
    assert player.keyboard.key_layout().octaves == 2
    player.keyboard.resize(usual)
    assert player.keyboard.key_layout().octaves == 5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ratio", [1, 2])
def test_a_picture_of_the_keyboard(player: Player, theme: Theme, ratio: int) -> None:
    keyboard = player.keyboard
    keyboard.set_theme(theme)
    keyboard.show_snapshot(snapshot(*conversation(), note(-0.1, None, 61, answered=True)))
    pressed(player, KEYS.Key_D, KEYS.Key_T, KEYS.Key_Space)
    picture = QPixmap(keyboard.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    keyboard.render(picture)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    look = "dark" if theme is DARK else "light"
    assert picture.save(str(SCREENSHOTS / f"keyboard-{look}-{ratio}x.png"))
    image = picture.toImage()
    colours = {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    }
    assert {theme.played, theme.answered} < colours
