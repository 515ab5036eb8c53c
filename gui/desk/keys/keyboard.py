"""A piano keyboard to play with the mouse and with the computer's keys, and to see what sounds.

What is played goes out as a request to the engine, as if it had come in through a port; so the
first minute needs no instrument. What sounds is lit: in the player's colour what is played, here or
on an instrument, in Antiphon's what it answers.

Nothing hangs. Whenever a release may not be seen any more, because the keyboard is hidden, another
window comes to the front or the focus goes elsewhere, everything is let go. The mouse that leaves
lifts its own finger only. A key that was pressed as music has its release taken even after that.
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

from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.events import TimedEvent
from bridge.midi.instruments import Instrument
from bridge.playout.protocol import Inject
from gui.desk.keys.bed import KeyboardLayout
from gui.desk.keys.fingers import HeldKeys
from gui.desk.keys.paint import RAIL_PX, KeyboardState, KeyPainter
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
    from bridge.midi.events import ChannelEvent
    from bridge.system.clock import Clock
    from gui.desk.widgets.theme import Theme

_MOUSE = "mouse"
_MIN_VELOCITY, _MAX_VELOCITY = 20, 127
_MAX_SCANNED_NOTES = 512  # of the last notes: what sounds is among them, and thousands may be kept
_AUTO_REPEAT_MS = 8
_COMMAND_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
    | Qt.KeyboardModifier.GroupSwitchModifier
)


class Keyboard(QWidget):
    """Plays, and shows what sounds."""

    played = Signal(object)
    """Carries the Inject of what was played."""

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._painter = KeyPainter(theme, self.font())
        self._platform = QGuiApplication.platformName()
        self._letters = printed_letters(self._platform, QLocale.system().name())
        self._held_keys, self._range = HeldKeys(), TypingRange()
        self._pressed: set[str] = set()  # places pressed as music whose release has not been seen
        self._pending_releases: dict[
            str, int
        ] = {}  # those whose release may be none, and its time stamp
        self._release_timer = QTimer(self)
        self._release_timer.setSingleShot(True)
        self._release_timer.setInterval(_AUTO_REPEAT_MS)
        self._release_timer.timeout.connect(self._release_pending)
        self._notes: tuple[RollNote, ...] = ()
        self._unfinished_notes: list[RollNote] = []  # what sounds, or is to come
        self._played_pitches: frozenset[int] = frozenset()
        self._answered_pitches: frozenset[int] = frozenset()
        self.setMouseTracking(True)  # so that a release that was missed is noticed
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Keyboard"))
        self._update_description()

    # What is shown.

    @property
    def typing_range(self) -> TypingRange:
        """Return which octaves the computer's keys play, and how loud."""
        return self._range

    @property
    def lit_played(self) -> frozenset[int]:
        """Return which pitches are lit as the player's."""
        return self._played_pitches | self._held_keys.pitches

    @property
    def lit_answered(self) -> frozenset[int]:
        """Return which pitches are lit as Antiphon's."""
        return self._answered_pitches

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Light what sounds now; a drum has no key."""
        now_ns = snapshot.now_ns
        if snapshot.notes is not self._notes:
            self._notes = snapshot.notes
            self._unfinished_notes = [
                note
                for note in snapshot.notes[-_MAX_SCANNED_NOTES:]
                if (note.release_ns is None or note.release_ns > now_ns)
                and note.instrument is not Instrument.DRUMS
            ]
        heard, answered = set[int](), set[int]()
        if snapshot.state is not TurnState.STOPPED:  # then nobody listens, and sees an end
            for note in self._unfinished_notes:
                ended = note.release_ns is not None and note.release_ns <= now_ns
                if note.onset_ns <= now_ns and not ended:
                    (answered if note.answered else heard).add(note.pitch)
        if heard != self._played_pitches or answered != self._answered_pitches:
            self._played_pitches, self._answered_pitches = frozenset(heard), frozenset(answered)
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._painter = KeyPainter(theme, self.font())
        self.update()

    def key_layout(self) -> KeyboardLayout:
        """Return where the keys lie now."""
        room = QRectF(self.rect()).adjusted(2, RAIL_PX, -2, -2)
        return KeyboardLayout.fit(room, self._range.lowest, self._range.highest)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(860, 80)

    def minimumSizeHint(self) -> QSize:
        """Return the size of two octaves that can still be played."""
        return QSize(260, 80)

    # What is played.

    def release_all(self) -> None:
        """Let go of everything."""
        self._emit_events(self._held_keys.release_all())

    def _emit_events(self, events: tuple[ChannelEvent, ...]) -> None:
        if events:
            now_ns = self._clock.now_ns()
            self.played.emit(Inject(tuple(TimedEvent(now_ns, event) for event in events)))
            self.update()

    def _press_at(self, point: QPointF) -> None:
        """Put the mouse's finger on what is there, if it is not there already."""
        bed = self.key_layout()
        pitch = bed.pitch_at(point)
        if pitch is None:
            self._emit_events(self._held_keys.key_up(_MOUSE))
        elif pitch != self._held_keys.pitch_of(_MOUSE):
            depth = bed.depth_at(point, pitch)
            velocity = round(_MIN_VELOCITY + depth * (_MAX_VELOCITY - _MIN_VELOCITY))
            self._emit_events(self._held_keys.key_down(_MOUSE, pitch, velocity))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Strike a key: softly at its top, loudly at its lower edge."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._press_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Slide over the keys."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._press_at(event.position())
        else:
            self._emit_events(self._held_keys.key_up(_MOUSE))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the key."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._emit_events(self._held_keys.key_up(_MOUSE))

    def leaveEvent(self, _event: QEvent) -> None:
        """Lift the mouse's finger."""
        self._emit_events(self._held_keys.key_up(_MOUSE))

    # What is typed.

    def is_playing_key(self, event: QKeyEvent) -> bool:
        """Tell whether a press is meant for this keyboard."""
        return self._key_position(event) is not None and not event.modifiers() & _COMMAND_MODIFIERS

    def is_held(self, event: QKeyEvent) -> bool:
        """Tell whether this goes on with what was pressed as music: a repeat, or the release."""
        place = self._key_position(event)
        if place is None or place not in self._pressed:
            return False
        released = event.type() is QEvent.Type.KeyRelease
        return (
            released
            or event.isAutoRepeat()
            or self._pending_releases.get(place) == event.timestamp()
        )

    def forget_key(self, event: QKeyEvent) -> None:
        """Hold a key no longer that is pressed anew, for somebody else: it came up unseen."""
        place = self._key_position(event)
        if place in self._pressed and not self.is_held(event):
            self._key_up(place)

    def handle_key(self, event: QKeyEvent) -> bool:
        """Play what the computer's key plays; tell whether it was music, and is taken."""
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
        self._key_up(place)  # it may not have been seen to come up
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
        """End what a key plays; under X11, if it does not turn out that the key repeats itself.

        There a key that repeats itself is a release and a press of one time stamp, and Qt sees what
        they are only if both have arrived.
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
        """Take note of what is printed on a key, as far as its letter tells."""
        letter = event.text().upper()
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        known = self._letters.get(position)
        if known is not None and len(letter) == 1 and letter.isprintable() and not shifted:
            self._letters[position] = letter
            if letter != known:
                self._update_description()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play, or pass on what is no music."""
        if not self.handle_key(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End what was played."""
        if not self.handle_key(event):
            super().keyReleaseEvent(event)

    # When it must let go.

    def event(self, event: QEvent) -> bool:
        """Keep a letter from shortcuts, and let go when another window comes to the front."""
        kind = event.type()
        if isinstance(event, QKeyEvent) and kind is QEvent.Type.ShortcutOverride:
            if self.is_playing_key(event):
                event.accept()
                return True
        elif kind in (QEvent.Type.WindowDeactivate, QEvent.Type.EnabledChange):
            self.release_all()
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of everything."""
        self.release_all()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of everything."""
        self.release_all()
        super().hideEvent(event)

    # How it is drawn, and explained.

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the keys."""
        painter = QPainter(self)
        letters = {pitch: self._letters[place] for place, pitch in self._range.pitches.items()}
        face = KeyboardState(
            self.key_layout(), self.lit_played, self._answered_pitches, letters, self._hints()
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
        """Say what the keys do, as they are now."""
        (notes, _), (octave, _), (velocity, _), (pedal, _) = self._hints()
        text = self.tr(
            "The middle row of letters plays the white keys, the row above it the black ones. "
            "{}; {}; {}; {}. With the mouse: press, drag, and strike low on a key to play loudly."
        ).format(notes, octave, velocity, pedal)
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        self.update()
