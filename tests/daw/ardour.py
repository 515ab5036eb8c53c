"""A real DAW for the tests: Ardour 7 without its window, on a JACK server, in a musician's words.

It is a program that nobody here wrote, so it shows what is true of DAWs and not what we believe of
them. It runs as a process of its own with a folder of its own; neither its settings nor its
sessions are those of whoever runs the tests.

Beats are quarter notes from the beginning of the session, and exact: Ardour divides one into 1920
ticks. Bars count from 1. Every method returns when the thing has happened, so that the next may
rely on it, and raises `ArdourError` with Ardour's text if it does not happen.

    with Ardour(jack_name, tmp_path) as ardour:
        ardour.new_session(["Play", "Rec"])
        ardour.write("Play", [Note(Fraction(0), 60)])
        ardour.connect(ardour.output("Play"), "Antiphon:in")
        ardour.play()
"""

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.daw.console import ArdourError, Console
from tests.daw.session_file import SCORE, TICKS, Note, SessionFile

__all__ = ["CLOCK", "TICKS", "Ardour", "ArdourError", "Note"]

CLOCK = "ardour:MIDI Clock out"
REACHED_S = 30.0
ATTEMPTS = 6
RATE_HZ = 48_000


class Ardour:
    """Ardour, and one session in it."""

    def __init__(self, server: str, folder: Path) -> None:
        """Name the JACK server it plays on, and an empty folder that is its own."""
        self._server = server
        self._home = folder / "home"
        self._session = folder / "session"
        self._console: Console | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # ----------------------------------------------------------------------------- the session

    def new_session(self, tracks: Sequence[str]) -> None:
        """Make a session with these MIDI tracks, at 120 bpm in 4/4."""
        self._start()
        names = ", ".join(map(_text, tracks))
        self._lua(f'create({_text(self._session)}, "session", {RATE_HZ}, {{{names}}})')
        self.save()
        self.close()
        SessionFile(self._session).add_loop_and_scores()
        self.load()

    def save(self) -> None:
        """Save the session."""
        self._lua("save()")

    def load(self) -> None:
        """Open the session as it was saved, in a new Ardour; what was not saved is lost."""
        for _ in range(ATTEMPTS):
            self.close()
            self._start()
            self._lua(f'open({_text(self._session)}, "session")')
            if self._lua("hears_jack()") == "true":
                return
        raise ArdourError(f"Ardour lost the JACK server in {ATTEMPTS} of {ATTEMPTS} starts.")

    def close(self) -> None:
        """End Ardour, without saving."""
        if self._console is not None:
            self._console.close()
            self._console = None

    def set_tempo(self, bpm: float) -> None:
        """Set one tempo for the whole session, in quarter notes a minute; notes keep their beat."""
        self._lua(f"set_tempo({bpm})")

    def set_metre(self, beats: int, unit: int) -> None:
        """Set one metre for the whole session: 3, 4 for three quarters."""
        self._lua(f"set_metre({beats}, {unit})")

    # ------------------------------------------------------------------------------- the notes

    def write(self, track: str, notes: Iterable[Note]) -> None:
        """Put notes on a track, in place of all that is on it."""
        rows = ", ".join(
            f"{{{n.channel}, {n.pitch}, {n.velocity}, {_ticks(n.beat)}, {_ticks(n.length)}}}"
            for n in notes
        )
        self._lua(f"write({_text(track)}, {{{rows}}})")

    def notes(self, track: str) -> list[Note]:
        """Return the notes of a track, from Ardour's own model."""
        rows = [map(int, line.split()) for line in self._lua(f"notes({_text(track)})").splitlines()]
        return sorted(
            Note(Fraction(onset, TICKS), pitch, velocity, Fraction(length, TICKS), channel)
            for channel, pitch, velocity, onset, length in rows
        )

    def saved_notes(self, track: str) -> list[Note]:
        """Return the notes of a track, from the files that were last saved."""
        return SessionFile(self._session).notes(track)

    def arm(self, track: str) -> None:
        """Make ready to record on a track, from the next start to the next stop."""
        self._lua(f"arm({_text(track)})")

    def disarm(self, track: str) -> None:
        """Record no more on a track."""
        self._lua(f"disarm({_text(track)})")

    def take(self, track: str) -> list[Note]:
        """Wait for what was recorded on a track until the stop, and return its notes."""
        self._lua(f"wait_for_take({_text(track)})")
        return self.notes(track)

    # --------------------------------------------------------------------------- the transport

    def play(self) -> None:
        """Start the transport where it is."""
        self._lua("play()")

    def stop(self) -> None:
        """Stop the transport where it is."""
        self._lua("stop()")

    def locate(self, beat: Fraction | int, *, rolling: bool = False) -> None:
        """Move the transport to a beat; it stands there, or it rolls on from there."""
        self._lua(f"locate({_ticks(beat)}, {_truth(rolling)})")

    def loop(self, first_bar: int, bars: int) -> None:
        """Play some bars again and again, from the first of them, until the next stop."""
        self._lua(f"loop({first_bar}, {bars})")

    def wait_until(self, beat: Fraction | int) -> None:
        """Wait until the transport is at a beat or later."""
        self._lua(f"wait_until({_ticks(beat)}, {REACHED_S})", 2 * REACHED_S)

    def wait_before(self, beat: Fraction | int) -> None:
        """Wait until the transport is before a beat: a loop has come round."""
        self._lua(f"wait_before({_ticks(beat)}, {REACHED_S})", 2 * REACHED_S)

    def wait_for_stop(self) -> None:
        """Wait until the transport stands, whoever stopped it."""
        self._lua("wait_for_stop()")

    def position(self) -> Fraction:
        """Return the beat of the transport."""
        return Fraction(int(self._lua("position()")), TICKS)

    def is_rolling(self) -> bool:
        """Return whether the transport rolls."""
        return self._lua("S:transport_rolling()") == "true"

    def share_transport(self, *, on: bool) -> None:
        """Let JACK's transport and Ardour's be one, and Ardour tell JACK bar, beat and tempo.

        It begins where Ardour stands, and either side may start, stop and move it. Bar, beat and
        tick are right while it rolls; while it stands, they are of a place three periods later.
        Off, JACK's transport knows nothing of Ardour's.
        """
        self._lua(f"share_transport({_truth(on)})")

    def send_clock(self, *, on: bool) -> None:
        """Send MIDI clock from the port `CLOCK`."""
        self._lua(f"ARDOUR.config():set_send_midi_clock({_truth(on)})")

    # ---------------------------------------------------------------------- cables and plugins

    @staticmethod
    def output(track: str) -> str:
        """Name the JACK port that a track plays from."""
        return f"ardour:{track}/midi_out 1"

    @staticmethod
    def input(track: str) -> str:
        """Name the JACK port that a track records from."""
        return f"ardour:{track}/midi_in 1"

    def connect(self, source: str, target: str) -> None:
        """Connect two JACK ports, at least one of which is Ardour's."""
        self._lua(f"connect({_text(source)}, {_text(target)})")

    def disconnect(self, source: str, target: str) -> None:
        """Disconnect two JACK ports."""
        self._lua(f"disconnect({_text(source)}, {_text(target)})")

    def isolate(self, track: str) -> None:
        """Disconnect all ports of a track."""
        self._lua(f"isolate({_text(track)})")

    def insert_plugin(self, track: str, uri: str) -> None:
        """Insert an LV2 plugin at the head of a track; it is looked for in LV2_PATH."""
        self._lua(f"insert_plugin({_text(track)}, {_text(uri)})")

    def plugins(self, track: str) -> list[str]:
        """Return the names of a track's plugins."""
        return self._lua(f"plugins({_text(track)})").splitlines()

    def remove_plugins(self, track: str) -> None:
        """Take all plugins from a track."""
        self._lua(f"remove_plugins({_text(track)})")

    # ------------------------------------------------------------------------------ underneath

    def settings_folder(self) -> Path:
        """Return the folder that Ardour keeps its settings in."""
        return Path(self._lua("ARDOUR.user_config_directory(-1)"))

    def _start(self) -> None:
        self._console = Console(self._server, self._home)
        self._console.ask(f"SCORE = {_text(SCORE)}")

    def _lua(self, call: str, timeout_s: float = 30.0) -> str:
        if self._console is None:
            raise ArdourError("Ardour does not run: make a session first, or load it.")
        return self._console.ask(f"return {call}", timeout_s)


def _ticks(beats: Fraction | int) -> int:
    ticks = Fraction(beats) * TICKS
    if ticks.denominator != 1:
        raise ValueError(f"{beats} is no multiple of 1/{TICKS} of a beat")
    return ticks.numerator


def _text(value: str | Path) -> str:
    return json.dumps(str(value), ensure_ascii=False)


def _truth(value: bool) -> str:  # noqa: FBT001 - it is about a boolean
    return "true" if value else "false"
