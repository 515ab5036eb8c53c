"""Record what Ardour sends: MIDI clock and notes, as another program receives them.

`python dev/record_clock.py` writes `tests/golden/clock/ardour-*.json` again. It needs jackd, Ardour
and half a minute. Each file is a dictionary. `what` describes the recording in a sentence, and
`bpm` and `metre` are its settings. `events` is a list of [nanoseconds, message] in order of
arrival. `score` is a list of [beat, pitch], one for each note-on among the events, in the same
order. A test can therefore ask a clock follower for the beat of each note.
"""

import json
import tempfile
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from gui.bench.jack_rig import RATE_HZ, jack_server
from tests.bridge.peer import Peer
from tests.daw.ardour import CLOCK, Ardour, Note

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "clock"
NS_PER_S = 1_000_000_000
ATTEMPTS = 5
TIMES = (
    "Times are frames of JACK at 48 kHz from the first event, in nanoseconds: exact, and when the "
    "events sounded, not when a program received them."
)

# Eighth notes with different pitches: a pitch identifies the beat.
LOWEST = 36
HALF = Fraction(1, 2)
EIGHTHS = [Note(HALF * place, LOWEST + place, length=Fraction(1, 4)) for place in range(64)]


def start_stop_continue(ardour: Ardour) -> str:
    """Start at the beginning, stop within a beat, continue, stop, start elsewhere."""
    ardour.play()
    ardour.wait_until(Fraction(37, 8))
    ardour.stop()
    ardour.play()
    ardour.wait_until(Fraction(75, 8))
    ardour.stop()
    ardour.locate(Fraction(17, 4))
    ardour.play()
    ardour.wait_until(Fraction(33, 4))
    ardour.stop()
    return (
        "started at the beginning, stopped within beat 4, continued from there, stopped within "
        "beat 9, moved to beat 4.25, started there and stopped within beat 8"
    )


def locate_rolling(ardour: Ardour) -> str:
    """Start at the beginning, jump on to a bar line, jump back to the middle of a beat."""
    ardour.play()
    ardour.wait_until(Fraction(37, 8))
    ardour.locate(12, rolling=True)
    ardour.wait_until(Fraction(141, 8))
    ardour.locate(Fraction(21, 4), rolling=True)
    ardour.wait_until(Fraction(81, 8))
    ardour.stop()
    return (
        "started at the beginning, jumped while rolling from within beat 4 to beat 12 and from "
        "within beat 17 to beat 5.25, and stopped within beat 10"
    )


def loop(ardour: Ardour) -> str:
    """Loop two bars, two and a half times."""
    ardour.loop(2, 2)
    for _ in range(2):
        ardour.wait_until(8)
        ardour.wait_before(6)
    ardour.wait_until(8)
    ardour.stop()
    return "looped bars 2 and 3, beats 4 to 12, and was stopped in the third round"


LOGS: list[tuple[str, Callable[[Ardour], str], float, tuple[int, int]]] = [
    ("ardour-start-stop-continue", start_stop_continue, 120.0, (4, 4)),
    ("ardour-locate-rolling", locate_rolling, 97.5, (3, 4)),
    ("ardour-loop", loop, 174.0, (4, 4)),
]


def events(peer: Peer) -> list[tuple[int, list[int]]]:
    """Return the events received until now, the first one at 0 ns."""
    messages = peer.ask(hear=peer.ask(waiting=True))
    first = messages[0][0]
    return [(round((frame - first) * NS_PER_S / RATE_HZ), message) for frame, message in messages]


def is_whole(received: list[tuple[int, list[int]]], bpm: float) -> bool:
    """Return whether all successive ticks have the right distance."""
    tick_ns = NS_PER_S * 60 / bpm / 24
    clock = [(at, message[0]) for at, message in received if message[0] >= 0xF8]
    return all(
        abs(later - sooner - tick_ns) < tick_ns / 100
        for (sooner, before), (later, after) in pairwise(clock)
        if before == after == 0xF8
    )


def score(received: list[tuple[int, list[int]]]) -> list[tuple[float, int]]:
    """Return beat and pitch of each note-on."""
    onsets = [message for _, message in received if message[0] & 0xF0 == 0x90 and message[2]]
    return [((pitch - LOWEST) / 2, pitch) for _, pitch, _ in onsets]


def main() -> None:
    """Record all files."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    with (
        jack_server() as name,
        tempfile.TemporaryDirectory() as folder,
        Ardour(name, Path(folder)) as ardour,
    ):
        ardour.new_session(["Play"])
        ardour.send_clock(on=True)
        peer = Peer()
        ardour.connect(ardour.output("Play"), "listener:in")
        ardour.connect(CLOCK, "listener:in")
        ardour.write("Play", EIGHTHS)
        for file, play, bpm, metre in LOGS:
            ardour.set_tempo(bpm)
            ardour.set_metre(*metre)
            for _ in range(ATTEMPTS):
                ardour.locate(0)
                peer.ask(hear=peer.ask(waiting=True))  # discard what a locate sends
                done = play(ardour)
                received = events(peer)
                if is_whole(received, bpm):
                    break
            else:
                raise SystemExit(f"{file}: the JACK server lost periods each time; try again")
            log = {
                "what": f"Ardour 7.3 {done}. {TIMES}",
                "bpm": bpm,
                "metre": "/".join(map(str, metre)),
                "events": received,
                "score": score(received),
            }
            path = GOLDEN / f"{file}.json"
            path.write_text(json.dumps(log, separators=(",", ":")) + "\n", encoding="utf-8")
            print(f"{path.name}: {len(received)} events, {path.stat().st_size} bytes")
        peer.close()


if __name__ == "__main__":
    main()
