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
from gui.desk.keys.bed import KeyBed
from gui.desk.keys.fingers import Fingers
from gui.desk.keys.paint import RAIL_PX, Face, KeyPainter
from gui.desk.keys.typing_keys import LOUDER, OCTAVES, PEDAL, STEPS, Reach, letters_of, place_of
from model.tokens.vocabulary import pitch_name

if TYPE_CHECKING:
    from bridge.midi.events import ChannelEvent
    from bridge.system.clock import Clock
    from gui.desk.widgets.theme import Theme

_MOUSE = "mouse"
_SOFTEST, _LOUDEST = 20, 127
_LOOKED_AT = 512  # of the last notes: what sounds is among them, and thousands may be kept
_SETTLED_MS = 8
_NOT_MUSIC = (
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
        self._letters = letters_of(self._platform, QLocale.system().name())
        self._fingers, self._reach = Fingers(), Reach()
        self._taken: set[str] = set()  # places pressed as music whose release has not been seen
        self._rising: dict[str, int] = {}  # those whose release may be none, and its time stamp
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLED_MS)
        self._settle.timeout.connect(self._settle_all)
        self._notes: tuple[RollNote, ...] = ()
        self._going_on: list[RollNote] = []  # what sounds, or is to come
        self._heard: frozenset[int] = frozenset()
        self._answered: frozenset[int] = frozenset()
        self.setMouseTracking(True)  # so that a release that was missed is noticed
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Keyboard"))
        self._explain()

    # What is shown.

    @property
    def reach(self) -> Reach:
        """Return which octaves the computer's keys play, and how loud."""
        return self._reach

    @property
    def lit_played(self) -> frozenset[int]:
        """Return which pitches are lit as the player's."""
        return self._heard | self._fingers.pitches

    @property
    def lit_answered(self) -> frozenset[int]:
        """Return which pitches are lit as Antiphon's."""
        return self._answered

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Light what sounds now; a drum has no key."""
        now_ns = snapshot.now_ns
        if snapshot.notes is not self._notes:
            self._notes = snapshot.notes
            self._going_on = [
                note
                for note in snapshot.notes[-_LOOKED_AT:]
                if (note.release_ns is None or note.release_ns > now_ns)
                and note.instrument is not Instrument.DRUMS
            ]
        heard, answered = set[int](), set[int]()
        if snapshot.state is not TurnState.STOPPED:  # then nobody listens, and sees an end
            for note in self._going_on:
                ended = note.release_ns is not None and note.release_ns <= now_ns
                if note.onset_ns <= now_ns and not ended:
                    (answered if note.answered else heard).add(note.pitch)
        if heard != self._heard or answered != self._answered:
            self._heard, self._answered = frozenset(heard), frozenset(answered)
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._painter = KeyPainter(theme, self.font())
        self.update()

    def bed(self) -> KeyBed:
        """Return where the keys lie now."""
        room = QRectF(self.rect()).adjusted(2, RAIL_PX, -2, -2)
        return KeyBed.within(room, self._reach.lowest, self._reach.highest)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(860, 80)

    def minimumSizeHint(self) -> QSize:
        """Return the size of two octaves that can still be played."""
        return QSize(260, 80)

    # What is played.

    def release_all(self) -> None:
        """Let go of everything."""
        self._play(self._fingers.lift_all())

    def _play(self, events: tuple[ChannelEvent, ...]) -> None:
        if events:
            now_ns = self._clock.now_ns()
            self.played.emit(Inject(tuple(TimedEvent(now_ns, event) for event in events)))
            self.update()

    def _touch(self, point: QPointF) -> None:
        """Put the mouse's finger on what is there, if it is not there already."""
        bed = self.bed()
        pitch = bed.pitch_at(point)
        if pitch is None:
            self._play(self._fingers.lift(_MOUSE))
        elif pitch != self._fingers.pitch_under(_MOUSE):
            depth = bed.depth_at(point, pitch)
            velocity = round(_SOFTEST + depth * (_LOUDEST - _SOFTEST))
            self._play(self._fingers.strike(_MOUSE, pitch, velocity))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Strike a key: softly at its top, loudly at its lower edge."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._touch(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Slide over the keys."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._touch(event.position())
        else:
            self._play(self._fingers.lift(_MOUSE))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the key."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._play(self._fingers.lift(_MOUSE))

    def leaveEvent(self, _event: QEvent) -> None:
        """Lift the mouse's finger."""
        self._play(self._fingers.lift(_MOUSE))

    # What is typed.

    def is_music(self, event: QKeyEvent) -> bool:
        """Tell whether a press is meant for this keyboard."""
        return self._place(event) is not None and not event.modifiers() & _NOT_MUSIC

    def holds(self, event: QKeyEvent) -> bool:
        """Tell whether this goes on with what was pressed as music: a repeat, or the release."""
        place = self._place(event)
        if place is None or place not in self._taken:
            return False
        released = event.type() is QEvent.Type.KeyRelease
        return released or event.isAutoRepeat() or self._rising.get(place) == event.timestamp()

    def forget(self, event: QKeyEvent) -> None:
        """Hold a key no longer that is pressed anew, for somebody else: it came up unseen."""
        place = self._place(event)
        if place in self._taken and not self.holds(event):
            self._lift(place)

    def typed(self, event: QKeyEvent) -> bool:
        """Play what the computer's key plays; tell whether it was music, and is taken."""
        place = self._place(event)
        if place is None:
            return False
        if event.isAutoRepeat():
            return place in self._taken or self.is_music(event)
        if event.type() is QEvent.Type.KeyRelease:
            return self._come_up(place, event.timestamp())
        if not self.is_music(event):
            return False
        if self._rising.get(place) == event.timestamp():
            del self._rising[place]
            return True
        self._lift(place)  # it may not have been seen to come up
        self._taken.add(place)
        self._learn(place, event)
        self._go_down(place)
        return True

    def _place(self, event: QKeyEvent) -> str | None:
        key = event.key()
        letter = chr(key) if key < 0x80 else ""
        return place_of(self._platform, event.nativeScanCode(), event.nativeVirtualKey(), letter)

    def _go_down(self, place: str) -> None:
        if place in STEPS:
            pitch = self._reach.pitches[place]
            self._play(self._fingers.strike(place, pitch, self._reach.velocity))
        elif place == PEDAL:
            self._play(self._fingers.tread(down=True))
        else:
            octaves, louder = OCTAVES.get(place, 0), LOUDER.get(place, 0)
            self._reach = self._reach.shifted(octaves).louder(louder)
            self._explain()

    def _come_up(self, place: str, stamp: int) -> bool:
        """End what a key plays; under X11, if it does not turn out that the key repeats itself.

        There a key that repeats itself is a release and a press of one time stamp, and Qt sees what
        they are only if both have arrived.
        """
        if place not in self._taken:
            return False
        if self._platform == "xcb":
            self._rising[place] = stamp
            self._settle.start()
        else:
            self._lift(place)
        return True

    def _settle_all(self) -> None:
        for place in tuple(self._rising):
            self._lift(place)

    def _lift(self, place: str) -> None:
        self._taken.discard(place)
        self._rising.pop(place, None)
        if place == PEDAL:
            self._play(self._fingers.tread(down=False))
        else:
            self._play(self._fingers.lift(place))

    def _learn(self, place: str, event: QKeyEvent) -> None:
        """Take note of what is printed on a key, as far as its letter tells."""
        letter = event.text().upper()
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        known = self._letters.get(place)
        if known is not None and len(letter) == 1 and letter.isprintable() and not shifted:
            self._letters[place] = letter
            if letter != known:
                self._explain()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play, or pass on what is no music."""
        if not self.typed(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End what was played."""
        if not self.typed(event):
            super().keyReleaseEvent(event)

    # When it must let go.

    def event(self, event: QEvent) -> bool:
        """Keep a letter from shortcuts, and let go when another window comes to the front."""
        kind = event.type()
        if isinstance(event, QKeyEvent) and kind is QEvent.Type.ShortcutOverride:
            if self.is_music(event):
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
        letters = {pitch: self._letters[place] for place, pitch in self._reach.pitches.items()}
        face = Face(self.bed(), self.lit_played, self._answered, letters, self._hints())
        self._painter.paint(painter, QRectF(self.rect()), face)
        if self.hasFocus():
            self._painter.paint_focus(painter, QRectF(self.rect()))
        painter.end()

    def _hints(self) -> tuple[tuple[str, bool], ...]:
        printed, reach = self._letters, self._reach
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
            (self.tr("Space: pedal"), self._fingers.pedal_down),
        )

    def _explain(self) -> None:
        """Say what the keys do, as they are now."""
        (notes, _), (octave, _), (velocity, _), (pedal, _) = self._hints()
        text = self.tr(
            "The middle row of letters plays the white keys, the row above it the black ones. "
            "{}; {}; {}; {}. With the mouse: press, drag, and strike low on a key to play loudly."
        ).format(notes, octave, velocity, pedal)
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        self.update()
