"""The synth process: it receives notes as datagrams and plays them on a sound device.

`python -m bridge.synth.process [SOUNDFONT]`, joined through `bridge.system.pipe`, from which it
inherits its end of the cable (`bridge.synth.cable`). It reports once that it plays (`SynthReady`),
or why it cannot (`SynthUnavailable`), and exits when its parent does; the sound ends with it. It is
a separate process because the sound card requests a buffer every ten milliseconds, and would
otherwise have to wait for the engine's work.

`bridge.synth.tinysoundfont` makes the sound and needs `wasmtime`; `miniaudio` supports every
system's devices. Both packages are optional. miniaudio's thread requests each buffer, and owns
everything that makes sound (`SynthCycle`). A second thread receives messages and puts them into a
deque; while it is full, they wait in the socket, and then at the sender. The main thread detects
when no buffer has been requested for a while, since not every system reports that a device has
gone.

`ANTIPHON_AUDIO` names the sound service of the system to use (alsa, pulseaudio, jack, coreaudio,
wasapi, ...), in place of the first that plays.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections import deque
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bridge.midi.events import NoteOff, NoteOn, PitchWheel, ProgramChange, decode
from bridge.midi.instruments import DRUM_CHANNEL
from bridge.synth.cable import drain
from bridge.synth.policy import SynthReady, SynthUnavailable
from bridge.synth.queue import MAX_DATAGRAM, DeviceClock, MessageQueue, decode_datagram
from bridge.synth.reason import (
    BadSoundFont,
    NoSoundDevice,
    SoundDeviceLost,
    SynthError,
    SynthNotInstalled,
)
from bridge.synth.sound_font import MAX_FONT_BYTES, SoundFontError, find_sound_font
from bridge.system.clock import Clock, SystemClock
from bridge.system.extras import install_command
from bridge.system.input_file import InputError, read_input
from bridge.system.pipe import join_parent, take_socket
from bridge.system.quiet_stderr import stderr_silenced
from bridge.system.real_time import claim_real_time, open_stop_socket

if TYPE_CHECKING:
    from collections.abc import Generator

    import miniaudio

    from bridge.synth.tinysoundfont import TinySoundFont

BACKEND_VARIABLE = "ANTIPHON_AUDIO"
RATE_HZ = 48_000
PERIOD_MS = 10
LATENCY_NS = (PERIOD_MS + 8) * 1_000_000
"""A period, plus a margin for the message and for a device that requests buffers in pairs."""
GAIN_DB = -9.0
"""Low enough that all fourteen instruments together do not reach full scale."""
MAX_VOICES = 128
FRAME_BYTES = 2 * 4  # two channels of 32-bit floats
START_TIMEOUT_S = 3.0  # a device that plays requests its first buffer sooner
MAX_INCOMING = 4096  # messages between two buffers
FULL_PAUSE_S = 0.005
CHECK_INTERVAL_S = 1.0  # a present device requests a hundred buffers in this time


class NotInstalledError(SynthError):
    """A library is missing until the user installs it."""

    def __init__(self) -> None:
        super().__init__(SynthNotInstalled(install_command("sound")))


class SoundSource(Protocol):
    """What makes the sound of a device; `started` is set by its first buffer."""

    started: threading.Event

    def render_buffers(self) -> Generator[memoryview, int, None]:
        """Yield each requested buffer; the first has no frames."""


class SynthCycle:
    """The work of one buffer. The device's thread owns all of it except the end of `incoming`."""

    def __init__(self, synth: TinySoundFont, clock: Clock) -> None:
        """Play on a synth with a loaded sound font; `incoming` holds (due_ns, message)."""
        self.incoming: deque[tuple[int, bytes]] = deque()
        self.started = threading.Event()
        self.buffer_count = 0
        self._synth, self._clock = synth, clock
        self._device_clock = DeviceClock(RATE_HZ)
        self._queue = MessageQueue(RATE_HZ, LATENCY_NS)

    @property
    def dropped(self) -> int:
        """How many messages were dropped: too early, too late, or too many."""
        return self._queue.dropped

    def render_buffers(self) -> Generator[memoryview, int, None]:
        """Yield each requested buffer; the first has no frames."""
        size = yield memoryview(b"")
        while True:
            size = yield self._render_buffer(size)

    def _render_buffer(self, size: int) -> memoryview:
        now_ns = self._clock.now_ns()
        begin_ns = self._device_clock.buffer_ns(now_ns, size)
        for _ in range(len(self.incoming)):
            self._queue.add(*self.incoming.popleft(), now_ns)
        buffer, done = memoryview(bytearray(size * FRAME_BYTES)), 0
        for frame, message in self._queue.pop_buffer(begin_ns, size):
            self._render_span(buffer, done, frame)
            self._apply(message)
            done = frame
        self._render_span(buffer, done, size)
        self.buffer_count += 1
        self.started.set()
        return buffer

    def _render_span(self, buffer: memoryview, begin_frame: int, end_frame: int) -> None:
        if end_frame > begin_frame:
            samples = self._synth.render(end_frame - begin_frame)
            buffer[begin_frame * FRAME_BYTES : end_frame * FRAME_BYTES] = samples

    def _apply(self, message: bytes) -> None:
        event = decode(message[0], message[1:])
        match event:
            case NoteOn(channel, pitch, velocity):
                self._synth.note_on(channel, pitch, velocity)
            case NoteOff(channel, pitch):
                self._synth.note_off(channel, pitch)
            case ProgramChange(channel, program):
                # A font may lack the program; the old one then stays.
                self._synth.program_change(channel, program, drums=channel == DRUM_CHANNEL)
            case PitchWheel(channel):
                self._synth.pitch_bend(channel, message[1] | message[2] << 7)
            case _ if message[0] & 0xF0 == 0xB0:
                self._synth.control_change(message[0] & 0x0F, message[1], message[2])


def load_synth(
    font: Path, *, rate_hz: int = RATE_HZ, gain_db: float = GAIN_DB, max_voices: int = MAX_VOICES
) -> TinySoundFont:
    """Return a synth that plays a sound font, with drums on their channel; else `SynthError`."""
    try:
        from bridge.synth.tinysoundfont import TinySoundFont  # noqa: PLC0415 - as wasmtime
    except (ImportError, OSError) as error:
        raise NotInstalledError from error
    try:
        content = read_input(font, MAX_FONT_BYTES)
        synth = TinySoundFont(content, rate_hz=rate_hz, gain_db=gain_db, max_voices=max_voices)
        has_programs = [
            synth.program_change(channel, 0, drums=channel == DRUM_CHANNEL) for channel in range(16)
        ]
    except InputError as error:
        raise SynthError(error.reason) from error
    except SoundFontError as error:
        raise SynthError(BadSoundFont(str(font))) from error
    if not all(has_programs):
        raise SynthError(BadSoundFont(str(font)))
    return synth


def open_device(source: SoundSource, wanted: str) -> miniaudio.PlaybackDevice:
    """Return the first device that plays the source's buffers; else `SynthError`."""
    try:
        import miniaudio  # noqa: PLC0415 - it may be missing
    except (ImportError, OSError) as error:
        raise NotInstalledError from error
    services = [each for each in miniaudio.Backend if each is not miniaudio.Backend.NULL]
    if wanted:
        services = [each for each in services if each.name.casefold() == wanted.casefold()]
    for service in services:
        try:
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=2,
                sample_rate=RATE_HZ,
                buffersize_msec=PERIOD_MS,
                backends=[service],
                app_name="Antiphon synth",
            )
        except miniaudio.MiniaudioError:
            continue
        with suppress(miniaudio.MiniaudioError):
            sound = source.render_buffers()
            next(sound)
            device.start(sound)
            if source.started.wait(START_TIMEOUT_S):
                return device
        device.close()
    raise SynthError(NoSoundDevice(wanted))


def receive_messages(receiver: socket.socket, cycle: SynthCycle) -> None:
    """Pass received messages to the cycle until the process ends."""
    pause = threading.Event()
    while True:
        if len(cycle.incoming) >= MAX_INCOMING:
            pause.wait(FULL_PAUSE_S)
            continue
        with suppress(OSError):  # Windows reports peers that are gone, even unknown ones
            if (found := decode_datagram(receiver.recv(MAX_DATAGRAM))) is not None:
                cycle.incoming.append(found)


def serve(
    connection: Connection, stop: socket.socket, receiver: socket.socket, wanted: str
) -> None:
    """Play what `receiver` receives, until the parent exits or the device is lost.

    The system may ask to `stop` as well.
    """
    cycle = SynthCycle(load_synth(find_sound_font(Path(wanted) if wanted else None)), SystemClock())
    with stderr_silenced():
        device = open_device(cycle, os.environ.get(BACKEND_VARIABLE, ""))
    drain(receiver)
    receiver.setblocking(True)  # noqa: FBT003 - the parameter has no name
    claim_real_time()
    threading.Thread(target=receive_messages, args=(receiver, cycle), daemon=True).start()
    connection.send(SynthReady(device.backend, LATENCY_NS))
    buffers = -1
    # The parent sends nothing; only the end of the pipe can arrive.
    while buffers != cycle.buffer_count:
        buffers = cycle.buffer_count
        if wait([connection, stop], CHECK_INTERVAL_S):
            break
    else:
        connection.send(SynthUnavailable(SoundDeviceLost()))
    if cycle.dropped:
        sys.stderr.write(f"{cycle.dropped} messages were not due, or too many, and were dropped\n")
    with stderr_silenced():
        device.close()


def main() -> None:
    """Join the parent, and play until the parent is gone."""
    (wanted,) = sys.argv[1:] or ("",)
    stop = open_stop_socket()
    with (
        join_parent() as connection,
        take_socket() as receiver,
        suppress(OSError),  # the parent may go at any moment
    ):
        try:
            serve(connection, stop, receiver, wanted)
        except SynthError as error:
            connection.send(
                SynthUnavailable(error.reason, permanent=isinstance(error, NotInstalledError))
            )


if __name__ == "__main__":
    main()
