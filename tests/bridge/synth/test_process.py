"""The synth: the sound of messages, reports of failures, and its timing on a JACK server."""

from __future__ import annotations

import array
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from bridge.midi.events import (
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchWheel,
    ProgramChange,
    encode,
)
from bridge.synth.cable import make_cable
from bridge.synth.policy import SynthReady, SynthUnavailable
from bridge.synth.process import (
    BACKEND_VARIABLE,
    FRAME_BYTES,
    LATENCY_NS,
    RATE_HZ,
    NotInstalledError,
    SynthCycle,
    load_synth,
    receive_messages,
)
from bridge.synth.queue import encode_datagram
from bridge.synth.reason import (
    BadSoundFont,
    NoSoundDevice,
    NoSuchSoundFont,
    SynthError,
    SynthReason,
)
from bridge.synth.sound_font import find_sound_font, package_fonts
from bridge.system.clock import ManualClock, SystemClock
from bridge.system.pipe import Child, start_child
from tests.bridge.jack_server import PERIOD
from tests.bridge.synth.ear import Ear

MS, SECOND = 1_000_000, 1_000_000_000
SIZE = RATE_HZ // 100
RECORDER = Path(__file__).with_name("recorder.py")
ORGAN = 19


class Player:
    """A synth whose buffers are requested exactly on time."""

    def __init__(self) -> None:
        self.clock = ManualClock(SECOND)
        self.cycle = SynthCycle(load_synth(find_sound_font()), self.clock)
        self._sound = self.cycle.render_buffers()
        next(self._sound)

    def send(self, due_ns: int, *events: Event) -> None:
        self.cycle.incoming.extend((SECOND + due_ns, encode(event)) for event in events)

    def peaks(self, buffers: int) -> list[float]:
        """Play `buffers` buffers; return the peak of each."""
        return [max(map(abs, self.play()), default=0.0) for _ in range(buffers)]

    def play(self) -> array.array[float]:
        """Play one buffer; return its samples."""
        data = self._sound.send(SIZE)
        assert len(data) == SIZE * FRAME_BYTES
        self.clock.advance(10 * MS)
        return array.array("f", bytes(data))


@pytest.fixture
def player() -> Player:
    return Player()


def first_frame(samples: array.array[float]) -> int:
    return next(place for place, sample in enumerate(samples) if sample) // 2


@pytest.mark.parametrize("frame", [0, 1, 100, 479])
def test_a_note_begins_at_its_frame(player: Player, frame: int) -> None:
    due_ns = 20 * MS + frame * SECOND // RATE_HZ
    player.send(due_ns - LATENCY_NS, NoteOn(0, 96, 127))
    assert player.peaks(2) == [0.0, 0.0]
    begun = player.play()
    # The first samples of a sound may be 0.
    begins = first_frame(begun) if any(begun) else SIZE + first_frame(player.play())
    assert frame <= begins <= frame + 4


def test_a_note_ends_at_its_release(player: Player) -> None:
    player.send(0, ProgramChange(1, ORGAN), NoteOn(1, 60, 100))
    player.send(SECOND, NoteOff(1, 60))
    peaks = player.peaks(250)
    assert min(peaks[5:100]) > 0.005
    assert max(peaks[200:]) < 0.0005


@pytest.mark.parametrize(
    "end", [ControlChange(1, 120, 0), ControlChange(1, 123, 0)], ids=["sound off", "notes off"]
)
def test_controls_silence_a_channel(player: Player, end: ControlChange) -> None:
    player.send(0, ProgramChange(1, ORGAN), NoteOn(1, 60, 100), NoteOn(1, 64, 100))
    player.send(500 * MS, end)
    assert min(player.peaks(50)[5:]) > 0.005
    player.peaks(100)
    assert max(player.peaks(5)) < 0.0005


def test_the_drums_are_drums_and_the_wheel_bends() -> None:
    def sound(*events: Event) -> list[float]:
        fresh = Player()
        fresh.send(0, *events)
        return [sample for _ in range(20) for sample in fresh.play()]

    assert sound(NoteOn(9, 38, 100)) != sound(NoteOn(0, 38, 100))
    assert sound(NoteOn(9, 38, 100), ProgramChange(9, 5)) == sound(NoteOn(9, 38, 100))
    assert sound(NoteOn(0, 60, 100)) == sound(PitchWheel(0, 0), NoteOn(0, 60, 100))
    assert sound(NoteOn(0, 60, 100)) != sound(PitchWheel(0, 8191), NoteOn(0, 60, 100))


def test_a_whole_band_does_not_reach_full_scale(player: Player) -> None:
    for channel, program in enumerate((0, 19, 46, 24, 33, 40, 42, 52, 73, 0, 71, 66, 56, 81)):
        player.send(0, ProgramChange(channel, program))
        pitches = (36, 38, 49) if channel == 9 else (48, 60, 64)
        player.send(100 * MS, *(NoteOn(channel, pitch, 100) for pitch in pitches))
    assert 0.2 < max(player.peaks(100)) < 1.0


DATAGRAMS = 100_000


def test_no_datagram_ends_the_synth(player: Player) -> None:
    """Send any bytes through a real pair: of any length, kind and due time."""
    dice = random.Random(16)
    ear = Ear()
    reader = threading.Thread(target=receive_messages, args=(ear.socket, player.cycle), daemon=True)
    ear.socket.settimeout(None)
    reader.start()
    for sent in range(DATAGRAMS):
        now_ns = player.clock.now_ns()
        due_ns = dice.choice(
            (
                now_ns,
                now_ns + dice.randrange(-6 * SECOND, 6 * SECOND),
                dice.randrange(-(2**63), 2**63),
            )
        )
        message = dice.randbytes(dice.randrange(6))
        if dice.random() < 0.7:
            status = bytes([dice.randrange(0x80, 0x100)])
            message = status + bytes(dice.choices(range(128), k=dice.choice((1, 2, 2))))
        data = dice.choice((encode_datagram(due_ns, message), dice.randbytes(dice.randrange(40))))
        with suppress(BlockingIOError):
            ear.cable.send(data)
        if sent % 50 == 0:
            player.play()
    assert reader.is_alive()
    assert player.cycle.dropped > 0
    messages = [encode(ControlChange(channel, 120, 0)) for channel in range(16)]
    for message in messages:
        ear.cable.send(encode_datagram(player.clock.now_ns(), message))
    while player.cycle.incoming or not player.cycle.buffer_count:
        player.play()
    player.peaks(600)  # all that waits has passed
    player.send(player.clock.now_ns() - SECOND, ProgramChange(1, ORGAN), NoteOn(1, 60, 100))
    assert max(player.peaks(30)) > 0.005  # it still plays
    ear.cable.close()


def said_by(*arguments: str) -> object:
    near, far = make_cable()
    with near, far:
        child = start_child("bridge.synth.process", *arguments, handed=far)
    try:
        assert child.connection.poll(20)
        return child.connection.recv()
    finally:
        child.close()
        assert child.process.returncode == 0


def test_missing_parts_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = tmp_path / "lost.sf2"
    assert said_by(str(lost)) == SynthUnavailable(NoSuchSoundFont(str(lost)))
    lost.write_text("no sound font")
    assert said_by(str(lost)) == SynthUnavailable(BadSoundFont(str(lost)))
    monkeypatch.setenv(BACKEND_VARIABLE, "gramophone")
    assert said_by() == SynthUnavailable(NoSoundDevice("gramophone"))


@pytest.mark.parametrize("library", ["wasmtime", "miniaudio"])
def test_a_missing_library_is_permanent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    (tmp_path / f"{library}.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert said_by() == SynthUnavailable(NotInstalledError().reason, permanent=True)


@pytest.fixture
def synth(
    default_jack_server: str,  # noqa: ARG001 - a server must run
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Child, socket.socket]]:
    """Run the synth on the JACK server; yield the cable to it."""
    monkeypatch.setenv(BACKEND_VARIABLE, "jack")
    near, far = make_cable()
    with near, far:
        child = start_child("bridge.synth.process", "", handed=far)
        assert child.connection.poll(20)
        reported = child.connection.recv()
        assert reported == SynthReady("JACK", LATENCY_NS)
        yield child, near
        child.close()


Sound = tuple[np.ndarray, Callable[[int], int]]


def recorded(feed: socket.socket, plan: list[tuple[int, Event]], end_ns: int, file: Path) -> Sound:
    """Play a plan; return the sound, and a function from a time to its sample."""
    recorder = subprocess.Popen(
        [sys.executable, RECORDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert recorder.stdout is not None
    assert recorder.stdout.readline() == "recording\n"
    clock, waiting = SystemClock(), threading.Event()
    for due_ns, event in sorted(plan, key=lambda each: each[0]):
        waiting.wait(max(0.0, (due_ns - clock.now_ns()) / 1e9))  # send a note when it is due
        feed.send(encode_datagram(due_ns, encode(event)))
    waiting.wait(max(0.0, (end_ns - clock.now_ns()) / 1e9))
    recorder.communicate(str(file))
    found = np.load(file)
    begins, frames, moments = found["readings"].T
    apart = int(np.median(moments - frames * SECOND // RATE_HZ))

    def place(time_ns: int) -> int:
        frame = (time_ns - apart) * RATE_HZ // SECOND
        period = int(np.searchsorted(begins, frame, "right")) - 1
        return period * PERIOD + int(frame - begins[period])

    return found["sound"], place


@pytest.mark.device
def test_notes_sound_with_constant_latency_and_their_length(
    synth: tuple[Child, socket.socket], tmp_path: Path
) -> None:
    begin_ns = SystemClock().now_ns() + 1_500 * MS  # the device's clock has settled by then
    dues = [begin_ns + place * 217_300_000 for place in range(12)]
    last_ns = dues[-1] + SECOND
    plan: list[tuple[int, Event]] = [(due_ns, NoteOn(9, 75, 127)) for due_ns in dues]  # claves
    plan += [(begin_ns, ProgramChange(1, ORGAN)), (last_ns, NoteOn(1, 60, 100))]
    plan += [(last_ns + SECOND // 2, NoteOff(1, 60))]
    sound, place = recorded(synth[1], plan, last_ns + 2 * SECOND, tmp_path / "sound.npz")
    loud = np.abs(sound) > 0.002
    assert not loud[: place(begin_ns)].any()
    latencies = []
    for due_ns in dues:
        due = place(due_ns)
        latencies.append(int(loud[due : due + RATE_HZ // 5].argmax()) / RATE_HZ * 1e3)
    assert max(latencies) - min(latencies) < 3, latencies  # milliseconds
    assert 10 < min(latencies) < 60
    assert loud[place(last_ns + 100 * MS) : place(last_ns + 400 * MS)].any()
    assert not loud[place(last_ns + 1_500 * MS) :].any()


@pytest.mark.device
def test_the_sound_ends_with_the_parent(synth: tuple[Child, socket.socket], tmp_path: Path) -> None:
    child, feed = synth
    now_ns = SystemClock().now_ns()
    plan: list[tuple[int, Event]] = [(now_ns, ProgramChange(1, ORGAN)), (now_ns, NoteOn(1, 60, 99))]
    closer = threading.Timer(1.0, child.close)
    closer.start()
    sound, _ = recorded(feed, plan, now_ns + 2 * SECOND, tmp_path / "sound.npz")
    closer.join()
    assert child.process.returncode == 0
    assert np.abs(sound).max() > 0.005
    assert not sound[-RATE_HZ // 10 :].any()


def play_on(cycle: SynthCycle) -> None:
    """Play a note on each channel, and check that every buffer is complete."""
    sound = cycle.render_buffers()
    next(sound)
    notes = (NoteOn(channel, 36 + 3 * channel, 100) for channel in range(16))
    cycle.incoming.extend((SECOND, encode(note)) for note in notes)
    assert all(len(sound.send(480)) == 480 * FRAME_BYTES for _ in range(20))


def test_a_sound_font_that_is_cut_is_refused(tmp_path: Path) -> None:
    whole = min(package_fonts(), key=lambda font: font.stat().st_size).read_bytes()
    font = tmp_path / "font.sf2"
    for length in (0, 11, 1000, len(whole) // 2, len(whole) * 9 // 10, len(whole) - 40_000):
        font.write_bytes(whole[:length])
        with pytest.raises(SynthError) as raised:
            load_synth(font)
        assert raised.value.reason == BadSoundFont(str(font))


@pytest.mark.slow
def test_sound_fonts_with_any_damage_are_refused_or_play_on(tmp_path: Path) -> None:
    whole = min(package_fonts(), key=lambda font: font.stat().st_size).read_bytes()
    dice, font = random.Random(1), tmp_path / "font.sf2"
    reasons = set[SynthReason]()
    presets = whole.rindex(b"pdta")  # the part that says which samples are played
    for _ in range(30):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 20)):
            damaged[dice.randrange(presets, len(whole))] = dice.choice((0, 127, 128, 255))
        font.write_bytes(damaged[: len(whole) if dice.random() < 0.9 else dice.randrange(presets)])
        try:
            cycle = SynthCycle(load_synth(font), ManualClock(SECOND))
        except SynthError as error:
            reasons.add(error.reason)
        else:
            play_on(cycle)
    assert reasons == {BadSoundFont(str(font))}
