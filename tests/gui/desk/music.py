"""Music for the window to show."""

from dataclasses import replace

from bridge.messages.harmony import HeardKey
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollChord, RollNote, Snapshot, TurnState
from bridge.midi.instruments import Instrument
from bridge.playout.protocol import Lateness
from bridge.playout.time_reason import Following
from bridge.sync.transport import Source, Transport

SECOND = 1_000_000_000
NOW_NS = 100 * SECOND


def line(
    kind: Instrument, pitches: tuple[int, ...], begin_ns: int, step_ns: int, *, answered: bool
) -> list[RollNote]:
    """Return consecutive notes."""
    return [
        RollNote(
            kind,
            pitch,
            64 + 4 * index,
            begin_ns + index * step_ns,
            begin_ns + (index + 1) * step_ns - step_ns // 16,
            answered=answered,
        )
        for index, pitch in enumerate(pitches)
    ]


def conversation(now_ns: int = NOW_NS) -> tuple[RollNote, ...]:
    """Return a phrase for two hands, and a response that is half played and half planned."""
    begin, start, third = now_ns - 8 * SECOND, now_ns - 2 * SECOND, SECOND // 3
    melody = (72, 74, 76, 79, 77, 76, 74, 71, 72, 67, 69, 72)
    reply = (72, 71, 69, 67, 69, 71, 74, 72, 76, 74, 72, 71)
    played = line(Instrument.PIANO, melody, begin, third, answered=False)
    for chord in ((48, 53, 55, 48), (52, 57, 59, 52)):
        played += line(Instrument.PIANO, chord, begin, SECOND, answered=False)
    answer = line(Instrument.PIANO, reply, start, third, answered=True)
    answer += line(Instrument.BASS, (36, 41, 43, 36), start, SECOND, answered=True)
    answer += line(Instrument.DRUMS, (42,) * 12, start, third, answered=True)
    return tuple(played + answer)


def jam(now_ns: int = NOW_NS) -> Snapshot:
    """Return a snapshot in the middle of a response, in a host's time."""
    host = Transport(Source.JACK, epoch=1, quarter_ns=SECOND, time_ns=now_ns - 8 * SECOND)
    notes = conversation(now_ns)
    played = [note for note in notes if note.onset_ns <= now_ns]
    snapshot = Snapshot(now_ns, TurnState.ANSWERING, Settings(), notes, "jack")
    return replace(
        snapshot,
        input_name="Antiphon:in",
        output_name="Antiphon:out",
        response_latency_ns=20_400_000,
        lateness=Lateness((100, 200), (90, 9, 1), 310_000),
        sync_reason=Following(Source.JACK),
        transport=host,
        epochs=((now_ns - 8 * SECOND, host),),
        pedals=((now_ns - 8 * SECOND, now_ns - 6 * SECOND), (now_ns - 5 * SECOND, None)),
        last_played=[note for note in played if not note.answered][-1],
        last_answered=[note for note in played if note.answered][-1],
        key=HeardKey("C", is_minor=False, fit=0.92),
        chords=tuple(
            RollChord(name, begin, begin + 2 * SECOND)
            for name, begin in zip(
                ("C", "G7", "Am", "Fmaj7"),
                range(now_ns - 4 * SECOND, now_ns + 4 * SECOND, 2 * SECOND),
                strict=True,
            )
        ),
    )
