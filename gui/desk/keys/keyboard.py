"""A piano keyboard for the mouse and the computer's keys, which also shows what sounds.

Notes played here are sent to the engine as requests, as if they came from a MIDI port, so no
instrument is needed. Sounding keys are lit: in the player's colour if the player plays them, here
or on an instrument, and in Antiphon's colour if Antiphon does.

No note hangs. When a release might be missed, because the keyboard is hidden, another window comes
to the front or the focus moves, all keys are released. When the mouse leaves the keyboard, only its
key is released. The release of a key that was pressed as music is still consumed after that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from bridge.midi.events import TimedEvent
from bridge.playout.protocol import Inject
from gui.desk.keys.bed import KeyboardLayout
from gui.desk.keys.fingers import HeldKeys
from gui.desk.keys.paint import RAIL_PX, KeyboardState, KeyPainter
from gui.desk.keys.sounding import SoundingPitches
from gui.desk.keys.typing_keys import (
    LOUDER,
    OCTAVES,
    PEDAL,
    STEPS,
    TypingRange,
    key_position,
    printed_letters,
)
from model.tokens.vocabulary import pitch_name

if TYPE_CHECKING:
    from bridge.messages.snapshot import Snapshot
    from bridge.midi.events import ChannelEvent
    from bridge.system.clock import Clock
    from gui.desk.widgets.theme import Theme

_MOUSE = "mouse"
_MIN_VELOCITY, _MAX_VELOCITY = 20, 127
_AUTO_REPEAT_MS = 8
_COMMAND_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
    | Qt.KeyboardModifier.GroupSwitchModifier
)


class Keyboard(QWidget):
    """Plays notes, and lights the keys that sound."""

    played = Signal(object)
    """Carries the `Inject` request with the events that were played."""

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._painter = KeyPainter(theme, self.font())
        self._platform = QGuiApplication.platformName()
        self._letters = printed_letters(self._platform, QLocale.system().name())
        self._held_keys, self._range = HeldKeys(), TypingRange()
        self._pressed: set[str] = set()  # positions pressed as music, not yet released
        # Releases that may be auto-repeat, with their time stamps.
        self._pending_releases: dict[str, int] = {}
        self._release_timer = QTimer(self)
        self._release_timer.setSingleShot(True)
        self._release_timer.setInterval(_AUTO_REPEAT_MS)
        self._release_timer.timeout.connect(self._release_pending)
        self._sounding = SoundingPitches()
        self.setMouseTracking(True)  # so that a missed release is noticed
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Keyboard"))
        self._update_description()

    # Display.

    @property
    def typing_range(self) -> TypingRange:
        """The octaves that the computer's keys play, and their velocity."""
        return self._range

    @property
    def lit_played(self) -> frozenset[int]:
        """The pitches lit in the player's colour."""
        return self._sounding.played | self._held_keys.pitches

    @property
    def lit_answered(self) -> frozenset[int]:
        """The pitches lit in Antiphon's colour."""
        return self._sounding.answered

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Light the keys that sound now; drums have no keys."""
        if self._sounding.show_snapshot(snapshot):
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._painter = KeyPainter(theme, self.font())
        self.update()

    def key_layout(self) -> KeyboardLayout:
        """Return the geometry of the keys at the present size."""
        room = QRectF(self.rect()).adjusted(2, RAIL_PX, -2, -2)
        return KeyboardLayout.fit(room, self._range.lowest, self._range.highest)

    def sizeHint(self) -> QSize:
        """Return the preferred size."""
        return QSize(860, 80)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which two octaves are playable."""
        return QSize(260, 80)

    # Playing with the mouse.

    def release_all(self) -> None:
        """Release all keys and the pedal."""
        self._emit_events(self._held_keys.release_all())

    def _emit_events(self, events: tuple[ChannelEvent, ...]) -> None:
        if events:
            now_ns = self._clock.now_ns()
            self.played.emit(Inject(tuple(TimedEvent(now_ns, event) for event in events)))
            self.update()

    def _press_at(self, point: QPointF) -> None:
        """Press the key at a point with the mouse, if it is not pressed already."""
        bed = self.key_layout()
        pitch = bed.pitch_at(point)
        if pitch is None:
            self._emit_events(self._held_keys.key_up(_MOUSE))
        elif pitch != self._held_keys.pitch_of(_MOUSE):
            depth = bed.depth_at(point, pitch)
            velocity = round(_MIN_VELOCITY + depth * (_MAX_VELOCITY - _MIN_VELOCITY))
            self._emit_events(self._held_keys.key_down(_MOUSE, pitch, velocity))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press a key: soft at its top, loud at its lower edge."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._press_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Slide over the keys while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._press_at(event.position())
        else:
            self._emit_events(self._held_keys.key_up(_MOUSE))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Release the key."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._emit_events(self._held_keys.key_up(_MOUSE))

    def leaveEvent(self, _event: QEvent) -> None:
        """Release the mouse's key."""
        self._emit_events(self._held_keys.key_up(_MOUSE))

    # Playing with the computer's keys.

    def is_playing_key(self, event: QKeyEvent) -> bool:
        """Return whether a key press plays a note or the pedal."""
        return self._key_position(event) is not None and not event.modifiers() & _COMMAND_MODIFIERS

    def is_held(self, event: QKeyEvent) -> bool:
        """Return whether an event is the auto-repeat or the release of a key pressed as music."""
        place = self._key_position(event)
        if place is None or place not in self._pressed:
            return False
        released = event.type() is QEvent.Type.KeyRelease
        return (
            released
            or event.isAutoRepeat()
            or self._pending_releases.get(place) == event.timestamp()
        )

    def drop_key(self, event: QKeyEvent) -> None:
        """Drop a key whose release was missed, because its new press is for another widget."""
        place = self._key_position(event)
        if place in self._pressed and not self.is_held(event):
            self._key_up(place)

    def handle_key(self, event: QKeyEvent) -> bool:
        """Play the note of a computer key; return whether the event is music and is consumed."""
        place = self._key_position(event)
        if place is None:
            return False
        if event.isAutoRepeat():
            return place in self._pressed or self.is_playing_key(event)
        if event.type() is QEvent.Type.KeyRelease:
            return self._release(place, event.timestamp())
        if not self.is_playing_key(event):
            return False
        if self._pending_releases.get(place) == event.timestamp():
            del self._pending_releases[place]
            return True
        self._key_up(place)  # its release may have been missed
        self._pressed.add(place)
        self._update_letter(place, event)
        self._press(place)
        return True

    def _key_position(self, event: QKeyEvent) -> str | None:
        key = event.key()
        letter = chr(key) if key < 0x80 else ""
        return key_position(
            self._platform, event.nativeScanCode(), event.nativeVirtualKey(), letter
        )

    def _press(self, position: str) -> None:
        if position in STEPS:
            pitch = self._range.pitches[position]
            self._emit_events(self._held_keys.key_down(position, pitch, self._range.velocity))
        elif position == PEDAL:
            self._emit_events(self._held_keys.set_pedal(down=True))
        else:
            octaves, louder = OCTAVES.get(position, 0), LOUDER.get(position, 0)
            self._range = self._range.shifted(octaves).louder(louder)
            self._update_description()

    def _release(self, position: str, stamp: int) -> bool:
        """End the note of a key, unless the release turns out to be auto-repeat (X11).

        X11 reports auto-repeat as a release and a press with the same time stamp. Qt recognises the
        pair only once both have arrived.
        """
        if position not in self._pressed:
            return False
        if self._platform == "xcb":
            self._pending_releases[position] = stamp
            self._release_timer.start()
        else:
            self._key_up(position)
        return True

    def _release_pending(self) -> None:
        for place in tuple(self._pending_releases):
            self._key_up(place)

    def _key_up(self, position: str) -> None:
        self._pressed.discard(position)
        self._pending_releases.pop(position, None)
        if position == PEDAL:
            self._emit_events(self._held_keys.set_pedal(down=False))
        else:
            self._emit_events(self._held_keys.key_up(position))

    def _update_letter(self, position: str, event: QKeyEvent) -> None:
        """Store the letter printed on a key, if the event shows it."""
        letter = event.text().upper()
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        known = self._letters.get(position)
        if known is not None and len(letter) == 1 and letter.isprintable() and not shifted:
            self._letters[position] = letter
            if letter != known:
                self._update_description()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play the key, or pass on an event that is not music."""
        if not self.handle_key(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End the note of the key."""
        if not self.handle_key(event):
            super().keyReleaseEvent(event)

    # Releasing all keys.

    def event(self, event: QEvent) -> bool:
        """Claim letters before shortcuts do, and release all keys on deactivation."""
        kind = event.type()
        if isinstance(event, QKeyEvent) and kind is QEvent.Type.ShortcutOverride:
            if self.is_playing_key(event):
                event.accept()
                return True
        elif kind in (QEvent.Type.WindowDeactivate, QEvent.Type.EnabledChange):
            self.release_all()
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Release all keys."""
        self.release_all()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Release all keys."""
        self.release_all()
        super().hideEvent(event)

    # Painting and descriptions.

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the keys."""
        painter = QPainter(self)
        letters = {pitch: self._letters[place] for place, pitch in self._range.pitches.items()}
        face = KeyboardState(
            self.key_layout(), self.lit_played, self._sounding.answered, letters, self._hints()
        )
        self._painter.paint(painter, QRectF(self.rect()), face)
        if self.hasFocus():
            self._painter.paint_focus(painter, QRectF(self.rect()))
        painter.end()

    def _hints(self) -> tuple[tuple[str, bool], ...]:
        printed, reach = self._letters, self._range
        first, last = pitch_name(reach.lowest), pitch_name(reach.highest)
        return (
            (
                self.tr("Keys {} to {}: {} to {}").format(printed["A"], printed["'"], first, last),
                False,
            ),
            (self.tr("{} {}: octave").format(printed["Z"], printed["X"]), False),
            (
                self.tr("{} {}: velocity {}").format(printed["C"], printed["V"], reach.velocity),
                False,
            ),
            (self.tr("Space: pedal"), self._held_keys.is_pedal_down),
        )

    def _update_description(self) -> None:
        """Update the accessible description to the present octaves and velocity."""
        (notes, _), (octave, _), (velocity, _), (pedal, _) = self._hints()
        text = self.tr(
            "The middle row of letters plays the white keys, the row above it the black ones. {};"
            " {}; {}; {}. With the mouse: press, drag, and press low on a key to play loudly."
        ).format(notes, octave, velocity, pedal)
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        self.update()
