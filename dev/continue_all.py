"""Continue every file of a folder by some bars, and check what was written.

    python dev/continue_all.py FOLDER [--bars 2] [--out OUT] [--list NAMES]

For each file the prompt's chunks must be the same bytes in the result, a strict reader must read
the added tracks, their notes must be paired, and the first must begin at the bar line after the
prompt. NAMES is a text file with the paths to continue, relative to the folder. Faults are printed
as they are found, and a summary at the end; the exit status is 1 if there were any.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from bridge.messages.settings import Settings
from bridge.midi import smf
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.system.clock import SystemClock
from bridge.system.units import SECOND
from export.runtime.artefact import load_default_artefact
from export.runtime.decoder import Decoder
from export.sketch.prompt import span_of_bars
from export.sketch.proposals import proposals
from tests.midi_chunks import assert_kept, paired_notes, tracks_of


def main() -> None:
    """Continue the files and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bars", type=int, default=2)
    parser.add_argument("--out", type=Path, help="folder for the results")
    parser.add_argument("--list", type=Path, help="file with the paths to continue")
    asked = parser.parse_args()
    if asked.list is not None:
        paths = [asked.folder / line for line in asked.list.read_text().splitlines()]
    else:
        paths = [p for p in sorted(asked.folder.rglob("*")) if p.suffix.lower() in smf.ENDINGS]
    artefact = load_default_artefact()
    decoder = Decoder(artefact, device="cpu", threads=1)
    counts = dict.fromkeys(("continued", "refused", "no notes", "faults"), 0)
    added = 0
    clock = SystemClock()
    begun_ns = clock.now_ns()
    for path in paths:
        try:
            prompt = smf.read(path)
        except smf.MidiFileError as error:
            counts["refused"] += 1
            print(f"{path}: {error.reason}")
            continue
        if not prompt.score.notes:
            counts["no notes"] += 1
            continue
        span = span_of_bars(prompt.score, asked.bars)
        settings = replace(Settings(), seed=1)
        takes = proposals(artefact, decoder, prompt.score, span, settings, 1)
        notes = [note for take in takes for note in take.notes]
        longer = smf.continuation_bytes(prompt, notes, "continued")
        if asked.out is not None:
            (asked.out / path.name).write_bytes(longer)
        try:
            check(path.read_bytes(), longer, prompt.chunks.division, span.begin)
        except AssertionError as error:
            counts["faults"] += 1
            print(f"{path}: {error!r}")
        else:
            counts["continued"] += 1
            added += len(notes)
    seconds = (clock.now_ns() - begun_ns) / SECOND
    figures = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"{len(paths)} files: {figures}; {added} notes in {seconds:.0f} s")
    sys.exit(1 if counts["faults"] else 0)


def check(prompt: bytes, longer: bytes, division: int, begin_tick: int) -> None:
    """Check a continuation; raise an AssertionError if something is wrong."""
    tracks = tracks_of(assert_kept(prompt, longer), division)
    notes = [note for track in tracks for note in paired_notes(track)]
    assert notes, "nothing was added"
    begin = begin_tick * division / TICKS_PER_QUARTER
    first = min(onset for onset, *_ in notes)
    # A note that rings over the bar line may hold one back by less than a sixteenth.
    assert begin - 0.5 <= first < begin + division / 4 + 1, f"begins at {first}, not at {begin}"


if __name__ == "__main__":
    main()
