"""Writing files: scores, players, and continuations of files."""

from dataclasses import replace
from pathlib import Path

import mido
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.midi.smf import continuation_bytes, parts_bytes, read, score_bytes
from tests.bridge.midi.smf.test_reading import GOOD, SCORE, file_of, off, on, saved
from tests.midi_chunks import added_tracks, paired_notes


def test_a_continued_file_has_the_prompt_unchanged(tmp_path: Path) -> None:
    prompt = read(
        saved(tmp_path, file_of(mido.MetaMessage("set_tempo", tempo=612_345), on(), off()))
    )
    notes = [
        Note(192, Instrument.PIANO, 62, 240, 70),
        Note(192, Instrument.BASS, 36, 240, 70),
        Note(192, Instrument.DRUMS, 38, 198, 70),
    ]
    out = tmp_path / "out.mid"
    out.write_bytes(continuation_bytes(prompt, notes, "made"))
    again = read(out)
    added = added_tracks(tmp_path / "in.mid", out)
    assert [track.name for track in added] == ["Antiphon piano", "Antiphon bass", "Antiphon drums"]
    assert [m.text for track in added for m in track if m.type == "text"] == ["made"]
    assert again.score.tempos == prompt.score.tempos
    assert again.score.notes == (*prompt.score.notes, *sorted(notes))


def test_a_continuation_uses_no_channel_of_another_instrument(tmp_path: Path) -> None:
    bass_channel = Instrument.BASS.spec.channel
    content = file_of(on(channel=bass_channel), off(channel=bass_channel))  # a piano there
    prompt = read(saved(tmp_path, content))
    notes = [Note(192, Instrument.BASS, 36, 240, 70), Note(192, Instrument.PIANO, 62, 240, 70)]
    out = tmp_path / "out.mid"
    out.write_bytes(continuation_bytes(prompt, notes, "made"))
    kinds = {(n.instrument, n.pitch) for n in read(out).score.notes}
    assert kinds == {(Instrument.BASS, 36), (Instrument.PIANO, 62), (Instrument.PIANO, 60)}


def test_a_key_that_rings_over_the_bar_line_is_struck_again_when_it_has_ended(
    tmp_path: Path,
) -> None:
    prompt = read(saved(tmp_path, file_of(on(time=0), off(time=1920 + 40))))
    notes = [Note(192, Instrument.PIANO, 60, 240, 70), Note(192, Instrument.PIANO, 64, 240, 70)]
    out = tmp_path / "out.mid"
    out.write_bytes(continuation_bytes(prompt, notes, "made"))
    (track,) = added_tracks(tmp_path / "in.mid", out)
    assert paired_notes(track) == [(1920, 2400, 0, 64), (1960, 2400, 0, 60)]


def test_a_coarse_resolution_leaves_no_note_without_a_length(tmp_path: Path) -> None:
    prompt = read(saved(tmp_path, file_of(on(time=0), off(time=4), ticks_per_beat=1)))
    sixteenths = [Note(192 + 12 * n, Instrument.PIANO, 60, 192 + 12 * n + 6, 70) for n in range(8)]
    out = tmp_path / "out.mid"
    out.write_bytes(continuation_bytes(prompt, sixteenths, "made"))
    (track,) = added_tracks(tmp_path / "in.mid", out)
    assert [(on, off) for on, off, _, _ in paired_notes(track)] == [(4, 5), (5, 6), (6, 7)]


def test_a_wait_longer_than_a_quantity_is_written_in_parts(tmp_path: Path) -> None:
    """Nine thousand quarter notes in the finest resolution are more ticks than four bytes hold."""
    fine = 0x7FFF
    pause = [mido.MetaMessage("marker", text="", time=4500 * fine) for _ in range(2)]
    prompt = read(saved(tmp_path, file_of(*pause, on(), off(time=fine), ticks_per_beat=fine)))
    notes = [Note(9004 * 48, Instrument.PIANO, 60, 9005 * 48, 70)]
    out = tmp_path / "out.mid"
    out.write_bytes(continuation_bytes(prompt, notes, "made"))
    assert read(out).score.notes == (*prompt.score.notes, *notes)


@pytest.mark.parametrize("over", [1, 11])
def test_a_pedal_that_is_lifted_just_after_the_bar_line_ends_no_part(
    over: int, tmp_path: Path
) -> None:
    def pedal(value: int, time: int) -> mido.Message:
        return mido.Message("control_change", control=64, value=value, time=time)

    played = file_of(pedal(127, 0), on(time=0), off(time=1900), pedal(0, 20 + 10 * over))
    prompt = read(saved(tmp_path, played))
    out = tmp_path / "out.mid"
    out.write_bytes(continuation_bytes(prompt, [Note(192, Instrument.PIANO, 62, 240, 70)], "made"))
    (track,) = added_tracks(tmp_path / "in.mid", out)
    assert paired_notes(track) == [(1920, 2400, 0, 62)]
    assert not [message for message in track if message.type == "program_change"]


def test_our_text_is_utf_8(tmp_path: Path) -> None:
    prompt = read(saved(tmp_path, GOOD))
    out = tmp_path / "out.mid"
    out.write_bytes(
        continuation_bytes(prompt, [Note(192, Instrument.PIANO, 60, 240, 70)], "夜想曲 \udcff")
    )
    assert "夜想曲 ?".encode() in out.read_bytes()


def test_a_port_and_a_device_are_named_as_in_the_prompt(tmp_path: Path) -> None:
    name = mido.MetaMessage("device_name", name="\xff\xfe")
    prompt = read(
        saved(tmp_path, file_of(name, mido.MetaMessage("midi_port", port=200), on(), off()))
    )
    out = tmp_path / "out.mid"
    out.write_bytes(continuation_bytes(prompt, [Note(192, Instrument.PIANO, 60, 240, 70)], "made"))
    (track,) = added_tracks(tmp_path / "in.mid", out)
    assert [m.name for m in track if m.type == "device_name"] == ["\xff\xfe"]
    assert [m.port for m in track if m.type == "midi_port"] == [200]


def test_music_alone_has_the_sounds_of_another_file(tmp_path: Path) -> None:
    organ = mido.Message("program_change", program=18)
    like = read(saved(tmp_path, file_of(organ, on(), off())))
    out = tmp_path / "out.mid"
    score = replace(SCORE, notes=(Note(0, Instrument.ORGAN, 60, 48, 80),))
    out.write_bytes(score_bytes(score, "made", like=like))
    programs = [
        m.program for t in mido.MidiFile(out).tracks for m in t if m.type == "program_change"
    ]
    assert programs == [18]


def test_players_have_tracks_of_their_own(tmp_path: Path) -> None:
    out = tmp_path / "out.mid"
    played, answered = (replace(SCORE, notes=SCORE.notes[at : at + 1]) for at in range(2))
    out.write_bytes(parts_bytes({"played": played, "Antiphon": answered}, "made"))
    assert (read(out).score.tempos, read(out).score.metres) == (SCORE.tempos, SCORE.metres)
    names = [track.name for track in mido.MidiFile(out).tracks]
    assert names == ["", "played piano", "Antiphon bass"]


@pytest.mark.parametrize("bpm,written", [(1.0, 3.576), (120.0, 120.0), (999.0, 999.0)])
def test_a_tempo_that_is_too_slow_for_a_file_is_written_as_the_slowest(
    tmp_path: Path, bpm: float, written: float
) -> None:
    out = tmp_path / "out.mid"
    metres = (MetreChange(0, 255, 64),)
    note = Note(0, Instrument.PIANO, 60, 10, 64)
    out.write_bytes(score_bytes(Score((note,), (TempoChange(0, bpm),), metres), "made"))
    again = read(out).score
    assert again.tempos[0].bpm == pytest.approx(written, abs=0.01)
    assert again.metres == metres
