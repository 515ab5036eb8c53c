"""Save the MIDI files of Ardour, MuseScore and LilyPond with which `antiphon continue` is tested.

`python dev/save_midi_files.py` writes `tests/golden/files/*/*.mid` again, in half a minute. It
needs jackd, Ardour, MuseScore 3 and LilyPond. The sources for MuseScore (.musicxml) and LilyPond
(.ly) are beside the files. What is written and played in Ardour is below. All of it is own music.

Ardour saves each take and each region as a file of format 0 in the session's folder. A take that is
played again differs in its times, so `tests/saved_files.py` must give the end of the new one.
"""

import shutil
import tempfile
from fractions import Fraction
from pathlib import Path

from gui.bench.jack_rig import RATE_HZ, jack_server
from tests.bridge.peer import Peer
from tests.daw.ardour import Ardour, Note
from tests.daw.notation import save_in_lilypond, save_in_musescore

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "files"

BPM = 90
HALF = Fraction(1, 2)
# Beat, pitch, length: a right hand on channel 1 and a left hand on channel 2.
RIGHT = (
    *((0, 67, 1), (1, 71, HALF), (3 * HALF, 72, HALF), (2, 74, 2), (2, 71, 2)),
    *((4, 76, 1), (5, 74, 1), (6, 72, HALF), (13 * HALF, 71, HALF), (7, 69, 1), (8, 67, 3)),
)
LEFT = ((0, 43, 2), (2, 47, 2), (4, 48, 2), (6, 50, 1), (7, 38, 1), (8, 43, 3), (8, 55, 3))
KICK, SNARE, HAT = 36, 38, 42
HITS = [
    *((beat, HAT) for beat in range(8)),
    *((beat, KICK) for beat in (0, 2, 5 * HALF, 4, 6, 13 * HALF)),
    *((beat, SNARE) for beat in (1, 3, 5, 7, 15 * HALF)),
]


def main() -> None:
    """Save all files."""
    for source in sorted(GOLDEN.glob("lilypond/*.ly")):
        save_in_lilypond(source, source.parent).replace(source.with_suffix(".mid"))
    for source in sorted(GOLDEN.glob("musescore/*.musicxml")):
        save_in_musescore(source, source.with_suffix(".mid"))
    with jack_server() as server:
        save_in_ardour(server, GOLDEN / "ardour")
    for path in sorted(GOLDEN.glob("*/*.mid")):
        print(f"{path.relative_to(GOLDEN)}: {path.stat().st_size} bytes")


def save_in_ardour(server: str, folder: Path) -> None:
    """Write notes in Ardour, play into it, and copy the saved MIDI files into a folder."""
    with tempfile.TemporaryDirectory() as place, Ardour(server, Path(place)) as ardour:
        ardour.new_session(["Hands", "Drums", "Played"])
        ardour.set_tempo(BPM)
        hands = [Note(Fraction(at), pitch, 76, Fraction(to), 0) for at, pitch, to in RIGHT]
        hands += [Note(Fraction(at), pitch, 64, Fraction(to), 1) for at, pitch, to in LEFT]
        ardour.write("Hands", hands)
        ardour.write("Drums", [Note(Fraction(at), hit, 90, HALF / 2, 9) for at, hit in HITS])
        play(ardour)
        ardour.save()
        for track in ("Hands", "Drums", "Played"):
            [*_, newest] = ardour.saved_files(track)
            shutil.copyfile(newest, folder / f"{track.lower()}.mid")


def play(ardour: Ardour) -> None:
    """Play into a track that records."""
    peer = Peer()
    ardour.connect("player:out", ardour.input("Played"))
    ardour.locate(0)
    ardour.arm("Played")
    ardour.play()
    now, _ = peer.ask(clock=True)
    beat = RATE_HZ * 60 // BPM
    peer.ask(play=[(round(now + beat * at), message) for at, message in performance()])
    ardour.wait_until(14)
    ardour.stop()
    ardour.take("Played")
    peer.close()


def performance() -> list[tuple[float, list[int]]]:
    """Return beats and messages on channel 3, such as a keyboard with wheels and pedals sends.

    A bank and a program, a sustain pedal, modulation, pitch bend, both kinds of aftertouch, a
    system exclusive message, a repeated note under the pedal, and note-offs written as note-ons.
    """
    events: list[tuple[float, list[int]]] = [
        (0.5, [0xB2, 0, 0]),
        (0.5, [0xB2, 32, 0]),
        (0.51, [0xC2, 4]),
        (0.52, [0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7]),
        (0.95, [0xB2, 64, 127]),
        (4.9, [0xB2, 64, 0]),
        (4.97, [0xB2, 64, 90]),
        (8.96, [0xB2, 64, 0]),
    ]
    for place, pitch in enumerate((57, 60, 64, 69, 64, 64, 60, 64, 53, 57, 60, 65, 60, 60, 57, 52)):
        onset = 1 + place / 2 + 0.013 * (place % 3)
        events += [(onset, [0x92, pitch, 60 + 3 * place]), (onset + 0.4, [0x92, pitch, 0])]
    events += [(9.01, [0x92, 45, 88]), (9.02, [0x92, 57, 80]), (9.03, [0x92, 64, 84])]
    events += [(11.6, [0x82, pitch, 40]) for pitch in (45, 57, 64)]
    for step in range(16):
        swell = 8 * abs(8 - step) % 128
        bend = 8192 + 256 * (8 - abs(8 - step)) - 1
        at = 9.2 + step / 8
        events += [(at, [0xE2, bend % 128, bend // 128]), (at + 0.01, [0xD2, 127 - swell])]
        events += [(at + 0.02, [0xB2, 1, swell]), (at + 0.03, [0xA2, 57, swell])]
    events.append((11.4, [0xE2, 0, 64]))
    return sorted(events)


if __name__ == "__main__":
    main()
