"""Playing together with an independent player, and what a third program receives.

Another program plays on a JACK server: eight notes a second on average, with pauses and human
timing. Antiphon accompanies it with bass and drums on its own clock. A third program records all
output (`gui.bench.jack_player`). Every note must end, no release may be missing, and hardly any
decided note may be too late.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from bridge.messages.requests import ChangeSettings, Start
from bridge.messages.settings import Mode, Settings
from bridge.messages.snapshot import LogEntry
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.playout import protocol
from bridge.system.units import SECOND
from gui.bench.jack_player import JackPlayer
from gui.bench.jack_rig import RATE_HZ, RigError, jack_server
from gui.engine.process import Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from export.runtime.artefact import Artefact

BPM = 112
_EXIT_TIMEOUT_NS = 6 * SECOND
_NOTE_ON, _NOTE_OFF = 0x90, 0x80


def measure_together(artefact: Artefact, seconds: int) -> dict[str, Any]:
    """Return what was played and received, and what was wrong with it.

    Raises:
        gui.bench.jack_rig.RigError: no JACK server can run here.

    """
    settings = Settings(
        mode=Mode.ACCOMPANY,
        instruments=(Instrument.BASS, Instrument.DRUMS),
        style=(("jazz", 1.0),),
        time=TimeSettings(bpm=BPM),
    )
    with jack_server():
        with started_engine(artefact, settings) as (engine, log):
            player = JackPlayer(plan_notes(seconds))
            end_ns = engine.now_ns + seconds * SECOND + _EXIT_TIMEOUT_NS
            while engine.now_ns < end_ns:
                log.extend(engine.poll(end_ns))
        received = StreamCheck.from_messages([message for _, message in player.received()])
    dropped = sum(entry.value or 0 for entry in log if entry.event == "late")
    played = sum(entry.event == "played" for entry in log)
    return {
        "seconds": seconds,
        "played": played,
        "answered": received.onsets,
        "hanging": received.hanging_notes,
        "releases_lost": received.lost_releases,
        "dropped_late": dropped,
        "dropped_share": dropped / max(1, received.onsets + dropped),
    }


@contextmanager
def started_engine(
    artefact: Artefact, settings: Settings
) -> Iterator[tuple[Engine, list[LogEntry]]]:
    """Start a session on the default JACK server; yield its engine, and what was logged."""
    with Engine(artefact, settings, backend="jack") as engine:
        engine.post(protocol.OpenPorts())
        engine.post(ChangeSettings(settings))
        engine.post(Start())
        yield engine, _until_ready(engine)


def _until_ready(engine: Engine) -> list[LogEntry]:
    give_up_ns = engine.now_ns + 20 * SECOND
    while engine.now_ns < give_up_ns:
        log = engine.poll(engine.now_ns + SECOND)
        if any(entry.event == "ready" for entry in log):
            return log
    raise RigError("the MIDI process opens no ports.")


@dataclass(frozen=True, slots=True)
class StreamCheck:
    """The note-ons in a stream of messages, and what was wrong with them."""

    onsets: int
    hanging_notes: int
    """Notes that never ended."""
    lost_releases: int
    """Notes that started again before they had ended."""

    @classmethod
    def from_messages(cls, messages: Iterable[list[int]]) -> StreamCheck:
        """Check messages in order."""
        sounding: set[tuple[int, int]] = set()
        strikes = lost = 0
        for status, *data in messages:
            key = (status & 0x0F, data[0])
            if status & 0xF0 == _NOTE_ON and data[1]:
                strikes += 1
                lost += key in sounding
                sounding.add(key)
            elif status & 0xF0 in (_NOTE_ON, _NOTE_OFF):
                sounding.discard(key)
        return cls(strikes, len(sounding), lost)


def plan_notes(seconds: int, seed: int = 0) -> list[tuple[int, bytes]]:
    """Return a player's notes, each with its frame from the start: phrases and pauses."""
    random, frame, pitch = Random(seed), 0, 60
    planned: list[tuple[int, bytes]] = []
    eighth = RATE_HZ * 60 // BPM // 2
    while frame < seconds * RATE_HZ:
        for _ in range(random.randrange(6, 40)):
            chord = random.choice((1, 1, 1, 2, 3))
            pitch = min(84, max(48, pitch + random.randrange(-5, 6)))
            length = int(eighth * random.uniform(0.3, 1.2))
            for voice in range(chord):
                at = frame + random.randrange(600)
                key = pitch + 4 * voice
                planned += [
                    (at, bytes((_NOTE_ON, key, random.randrange(50, 110)))),
                    (at + length, bytes((_NOTE_OFF, key, 64))),
                ]
            frame += random.choice((eighth, eighth, eighth // 2, 2 * eighth))
        frame += eighth * random.choice((2, 4, 8, 24))
    return sorted(planned)
