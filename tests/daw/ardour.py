"""A real DAW for the tests: Ardour 7 without its window, on a JACK server.

Ardour is independent of this project, so it shows how a DAW behaves and not what we assume. It runs
as a process of its own with its own folder. It does not touch the settings and sessions of the user
who runs the tests.

Beats are quarter notes from the start of the session, and exact: Ardour divides one into 1920
ticks. Bars count from 1. Every method returns when its effect is there, so that the next may rely
on it, and raises `ArdourError` with Ardour's text otherwise.

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
    """Ardour with one session."""

    def __init__(self, server: str, folder: Path) -> None:
        """Set the JACK server to play on, and an empty folder for Ardour's own use."""
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
        """Open the session as saved, in a new Ardour; unsaved changes are lost."""
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
        """Set the tempo of the session, in quarter notes per minute; notes keep their beats."""
        self._lua(f"set_tempo({bpm})")

    def set_metre(self, beats: int, unit: int) -> None:
        """Set one metre for the whole session: 3, 4 for three quarters."""
        self._lua(f"set_metre({beats}, {unit})")

    # ------------------------------------------------------------------------------- the notes

    def write(self, track: str, notes: Iterable[Note]) -> None:
        """Put notes on a track, in place of all others on it."""
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
        """Return the notes of a track, from the last saved files."""
        return SessionFile(self._session).notes(track)

    def saved_files(self, track: str) -> list[Path]:
        """Return the MIDI files in which the notes of a track were last saved."""
        return SessionFile(self._session).files(track)

    def arm(self, track: str) -> None:
        """Arm a track for recording, from the next start to the next stop."""
        self._lua(f"arm({_text(track)})")

    def disarm(self, track: str) -> None:
        """Disarm a track."""
        self._lua(f"disarm({_text(track)})")

    def take(self, track: str) -> list[Note]:
        """Wait for the recording on a track, and return its notes."""
        self._lua(f"wait_for_take({_text(track)})")
        return self.notes(track)

    # --------------------------------------------------------------------------- the transport

    def play(self) -> None:
        """Start the transport at its position."""
        self._lua("play()")

    def stop(self) -> None:
        """Stop the transport at its position."""
        self._lua("stop()")

    def locate(self, beat: Fraction | int, *, rolling: bool = False) -> None:
        """Move the transport to a beat, stopped or rolling."""
        self._lua(f"locate({_ticks(beat)}, {_truth(rolling)})")

    def loop(self, first_bar: int, bars: int) -> None:
        """Loop some bars from their first one, until the next stop."""
        self._lua(f"loop({first_bar}, {bars})")

    def wait_until(self, beat: Fraction | int) -> None:
        """Wait until the transport is at a beat or later."""
        self._lua(f"wait_until({_ticks(beat)}, {REACHED_S})", 2 * REACHED_S)

    def wait_before(self, beat: Fraction | int) -> None:
        """Wait until the transport is before a beat: a loop has started over."""
        self._lua(f"wait_before({_ticks(beat)}, {REACHED_S})", 2 * REACHED_S)

    def wait_for_stop(self) -> None:
        """Wait until the transport has stopped."""
        self._lua("wait_for_stop()")

    def position(self) -> Fraction:
        """Return the beat of the transport."""
        return Fraction(int(self._lua("position()")), TICKS)

    def is_rolling(self) -> bool:
        """Return whether the transport rolls."""
        return self._lua("S:transport_rolling()") == "true"

    def share_transport(self, *, on: bool) -> None:
        """Join JACK's transport and Ardour's, so that Ardour gives JACK bar, beat and tempo.

        It begins at Ardour's position, and either side may start, stop and move it. Bar, beat and
        tick are right while it rolls. While it is stopped, they are those of a position three
        periods later. Off, JACK's transport is independent of Ardour's.
        """
        self._lua(f"share_transport({_truth(on)})")

    def send_clock(self, *, on: bool) -> None:
        """Send MIDI clock from the port `CLOCK`."""
        self._lua(f"ARDOUR.config():set_send_midi_clock({_truth(on)})")

    # ---------------------------------------------------------------------- cables and plugins

    @staticmethod
    def output(track: str) -> str:
        """Return the JACK port that a track plays from."""
        return f"ardour:{track}/midi_out 1"

    @staticmethod
    def input(track: str) -> str:
        """Return the JACK port that a track records from."""
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
        """Insert an LV2 plugin at the head of a track; it is searched for in LV2_PATH."""
        self._lua(f"insert_plugin({_text(track)}, {_text(uri)})")

    def plugins(self, track: str) -> list[str]:
        """Return the names of a track's plugins."""
        return self._lua(f"plugins({_text(track)})").splitlines()

    def remove_plugins(self, track: str) -> None:
        """Remove all plugins from a track."""
        self._lua(f"remove_plugins({_text(track)})")

    # ------------------------------------------------------------------------------ underneath

    def settings_folder(self) -> Path:
        """Return the folder of Ardour's settings."""
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


def _truth(value: bool) -> str:  # noqa: FBT001 - it converts a boolean
    return "true" if value else "false"
