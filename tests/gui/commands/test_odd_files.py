"""`antiphon continue` on files as they really are: each keeps its bytes, and goes on at its end.

The files are in tests/golden/odd_files, one folder for each kind, after public bug reports of
programs that read MIDI files.
"""

from dataclasses import dataclass
from pathlib import Path

import mido
import pytest
from typer.testing import CliRunner

from gui.commands.cli import app
from tests.midi_chunks import added_tracks, chunks_of, paired_notes

FILES = Path(__file__).parents[2] / "golden" / "odd_files"


@dataclass(frozen=True)
class Longer:
    """A continuation: the tracks that were added, and their notes."""

    tracks: list[mido.MidiTrack]
    output: str

    @property
    def notes(self) -> list[tuple[int, int, int, int]]:
        """Onset, release, channel and key of each note, in order."""
        return sorted(note for track in self.tracks for note in paired_notes(track))

    @property
    def channels(self) -> dict[str, int]:
        """The channel of each track by its name."""
        return {t.name: next(m.channel for m in t if not m.is_meta) for t in self.tracks}

    def events_before_notes(self) -> list[bytes]:
        """Return the messages that are sent before the first note of each track."""
        return [
            bytes(message.bytes())
            for track in self.tracks
            for message in track
            if not message.is_meta and message.type not in ("note_on", "note_off")
        ]


def run(path: Path, out: Path, *asked: str) -> tuple[int, str]:
    found = CliRunner().invoke(
        app, ["continue", str(path), "-o", str(out), "--seed", "1", *asked], catch_exceptions=False
    )
    return found.exit_code, found.output


def longer(name: str, tmp_path: Path, *asked: str) -> Longer:
    path, out = FILES / name, tmp_path / "out.mid"
    status, output = run(path, out, *(asked or ("--bars", "2")))
    assert status == 0, output
    return Longer(added_tracks(path, out), output)


@pytest.mark.parametrize(
    "name,begin",
    [
        ("02-key-signature-out-of-range/in.mid", 7680),
        ("02-key-signature-out-of-range/minor255.mid", 7680),
        ("03-sysex-packets-and-escape/in.mid", 7680),
        ("03-sysex-packets-and-escape/escape.mid", 7680),
        ("04-alien-chunks/in.mid", 7680),
        ("04-alien-chunks/after-header.mid", 7680),
        ("04-alien-chunks/at-end.mid", 7680),
        ("07-header-counts-more-tracks/in.mid", 7680),
        ("07-header-counts-more-tracks/fewer.mid", 7680),
        ("09-two-hands-one-channel-same-key/in.mid", 7680),
        ("13-two-midi-ports/in.mid", 7680),
        ("20-gs-drums-and-effects-last/in.mid", 7680),
        ("20-gs-drums-and-effects-last/effect.mid", 15360),
        ("23-end-of-track-far-away-pedal-down/in.mid", 7680),
        ("23-end-of-track-far-away-pedal-down/plain.mid", 7680),
        ("26-one-note-tick-zero-velocity-one/one.mid", 1920),
        ("26-one-note-tick-zero-velocity-one/zero.mid", 1920),
        ("26-one-note-tick-zero-velocity-one/drone.mid", 1920 * 64),
        ("27-metre-said-again-mid-bar/in.mid", 5760),
    ],
)
def test_a_file_is_kept_and_goes_on_after_it_has_ended(
    name: str, begin: int, tmp_path: Path
) -> None:
    notes = longer(name, tmp_path).notes
    assert notes[0][0] == begin
    assert max(release for _, release, _, _ in notes) <= begin + 2 * 1920


def test_a_wrong_number_of_tracks_is_said(tmp_path: Path) -> None:
    found = longer("07-header-counts-more-tracks/fewer.mid", tmp_path)
    assert "the header promises 2 tracks; the file has 3." in found.output


def test_a_midi_file_inside_a_riff_file_is_continued(tmp_path: Path) -> None:
    path, out = FILES / "05-riff-rmid" / "in.mid", tmp_path / "out.mid"
    status, output = run(path, out, "--bars", "2")
    assert status == 0
    assert "a RIFF file" in output
    data = path.read_bytes()
    prompt = chunks_of(data[data.index(b"MThd") :])
    assert chunks_of(out.read_bytes())[1 : len(prompt)] == prompt[1:]
    assert mido.MidiFile(out).length > 9.0


def test_a_faded_bent_and_pedalled_channel_is_left_alone(tmp_path: Path) -> None:
    found = longer("10-channel-state-left-at-end/in.mid", tmp_path)
    assert found.channels != {"Antiphon piano": 0}
    channel = found.channels["Antiphon piano"]
    assert bytes((0xB0 | channel, 11, 127)) in found.events_before_notes()


def test_the_sounds_of_the_file_go_on(tmp_path: Path) -> None:
    found = longer("11-program-of-the-prompt/in.mid", tmp_path)
    assert found.channels == {"Antiphon piano": 0, "Antiphon violin": 1, "Antiphon guitar": 2}
    assert not found.events_before_notes()


def test_new_music_alone_has_the_sounds_of_the_file(tmp_path: Path) -> None:
    path, out = FILES / "11-program-of-the-prompt" / "in.mid", tmp_path / "out.mid"
    assert run(path, out, "--bars", "1", "--only-new")[0] == 0
    programs = {
        m.program
        for track in mido.MidiFile(out).tracks
        for m in track
        if m.type == "program_change"
    }
    assert programs == {5, 48, 25}


def test_xg_drums_go_on_as_drums(tmp_path: Path) -> None:
    found = longer("12-xg-drums-on-another-channel/in.mid", tmp_path)
    assert found.channels == {"Antiphon bass": 1, "Antiphon drums": 10}


def test_each_port_goes_on_by_itself(tmp_path: Path) -> None:
    tracks = {t.name: t for t in longer("13-two-midi-ports/in.mid", tmp_path).tracks}
    ports = {n: [m.port for m in t if m.type == "midi_port"] for n, t in tracks.items()}
    assert ports == {"Antiphon piano": [], "Antiphon bass": [1]}


def test_new_music_alone_has_the_tempos_of_its_span(tmp_path: Path) -> None:
    path, out = FILES / "16-tempo-map-ahead-only-new" / "in.mid", tmp_path / "out.mid"
    status, output = run(path, out, "--seconds", "14", "--only-new")
    assert status == 0, output
    file = mido.MidiFile(out)
    assert 8.0 < file.length <= 14.0
    tempos = [
        message.tempo for message in mido.merge_tracks(file.tracks) if message.type == "set_tempo"
    ]
    assert tempos == [500_000, 1_000_000, 2_000_000]


@pytest.mark.parametrize(
    "name,byte",
    [
        ("19-real-time-bytes-in-a-track/in.mid", 72),
        ("19-real-time-bytes-in-a-track/sensing.mid", 81),
        ("29-window-drop/clock.mid", 72),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(name: str, byte: int, tmp_path: Path) -> None:
    status, output = run(FILES / name, tmp_path / "out.mid", "--bars", "2")
    assert status == 2
    sentence = f"byte {byte} is a message for cables, which a file cannot contain."
    assert output.strip().endswith(sentence)
    assert not (tmp_path / "out.mid").exists()
