"""Read, write back and continue hostile MIDI files, and measure what each costs.

    python dev/fuzz_files.py --count 50000 --seed 1 [--continue-every 25] [--size 2000]
    python dev/fuzz_files.py --largest [--events 999000] [--turns 3]

A file that is read is written as a score, as parts and as a continuation, each of these is read
again, and the prompt of a continuation is made. One in `--continue-every` is continued by the real
artefact, by one bar or the beginning of a long one: the network takes time for each quarter note.
A file must be read or refused with a sentence, within 2 s of processor time and with 300 MB more
memory; anything else is a fault, and the exit status is 1. Memory is measured on Linux.

Equal arguments give equal files: a fault names the seed of its file.

With `--largest`, files near the limits are read, each of one kind of event, in turns, and the
median of several readings is printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import statistics
import struct
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import process_time
from typing import TYPE_CHECKING

from bridge.history.prompt_part import prompt_at_zero
from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.midi import smf
from bridge.midi.notes import TICKS_PER_QUARTER
from export.runtime.artefact import load_default_artefact
from export.runtime.decoder import Decoder
from export.sketch.continuation import Continuation
from export.sketch.prompt import Prompt, span_of_bars
from gui.wording.reasons import sentence_of
from model.tokens import tokenizer
from tests.bridge.midi.smf import hostile
from tests.bridge.midi.smf.generated import END, chunk
from tests.bridge.midi.smf.test_generated import added_notes

if TYPE_CHECKING:
    from types import FrameType

    from export.runtime.artefact import Artefact

PATH = Path("fuzzed.mid")
MAX_SECONDS, MAX_MEGABYTES = 2.0, 300.0
_MOST_QUARTERS = 8
_HANG_S, _ADDRESS_SPACE = 60, 6 << 30


class HangError(Exception):
    """A file takes far too long."""


@dataclass(frozen=True)
class Cost:
    """What one file cost; `what` names its seed and its fate."""

    seconds: float
    megabytes: float
    what: str


def main() -> None:
    """Fuzz, or measure the largest files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=2000, help="events of an attack, about")
    parser.add_argument("--continue-every", type=int, default=25, help="0: never")
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--events", type=int, default=999_000)
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    if asked.largest:
        measure_largest(asked.events, asked.turns)
    else:
        sys.exit(fuzz(asked.count, asked.seed, asked.size, asked.continue_every))


def fuzz(count: int, first_seed: int, size: int, continue_every: int) -> int:
    """Fuzz, print the report, and return the exit status."""
    signal.signal(signal.SIGPROF, _stop_hang)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    artefact = load_default_artefact() if continue_every else None
    decoder = None if artefact is None else Decoder(artefact, device="cpu", threads=1)
    if artefact is not None and decoder is not None:  # what is made once is no file's cost
        continued(artefact, decoder, smf.from_bytes(hostile.real_files()[0], PATH))
    real, fates, costs, faults = hostile.real_files(), Counter[str](), list[Cost](), 0
    for number in range(count):
        seed = first_seed * 1_000_000 + number
        data = hostile.fuzzed(Random(seed), real, size)
        is_turn = continue_every and (number - fates["refused"]) % continue_every == 0
        model = (artefact, decoder) if is_turn and artefact and decoder else None
        signal.setitimer(signal.ITIMER_PROF, _HANG_S)
        before_bytes, before_s = _begin_memory(), process_time()
        try:
            fate = through(data, Random(seed), model)
        except Exception:  # noqa: BLE001 - whatever it is, it is the fault that is looked for
            fate = "fault"
            print(f"seed {seed}:")
            traceback.print_exc(limit=-4, file=sys.stdout)
        seconds = process_time() - before_s
        signal.setitimer(signal.ITIMER_PROF, 0)
        megabytes = (_most_memory() - before_bytes) / 1e6
        costs.append(Cost(seconds, megabytes, f"seed {seed}, {len(data)} bytes, {fate}"))
        fates[fate] += 1
        is_fault = fate == "fault"
        if not is_fault and (seconds > MAX_SECONDS or megabytes > MAX_MEGABYTES):
            is_fault = True
            print(f"too much: {seconds:.2f} s, {megabytes:.0f} MB, {costs[-1].what}")
        faults += is_fault
    print(f"{count} files: " + ", ".join(f"{n} {fate}" for fate, n in fates.most_common()))
    for name, key in (("slowest", "seconds"), ("largest", "megabytes")):
        for cost in sorted(costs, key=lambda each: getattr(each, key), reverse=True)[:5]:
            print(f"{name}: {cost.seconds:.2f} s, {cost.megabytes:.0f} MB, {cost.what}")
    print(f"{faults} faults")
    return int(faults > 0)


def through(data: bytes, random: Random, model: tuple[Artefact, Decoder] | None) -> str:
    """Read a file, write it back and continue it; return its fate."""
    try:
        prompt = smf.from_bytes(data, PATH)
    except smf.MidiFileError as error:
        sentence = str(sentence_of(error.reason))
        assert sentence.startswith(str(PATH)), sentence
        assert "\n" not in sentence, sentence
        return "refused"
    span = span_of_bars(prompt.score, random.randint(1, 3))
    notes = added_notes(random, span.begin, max(span.begin + 2, span.end))
    longer = smf.from_bytes(smf.continuation_bytes(prompt, notes, "fuzzed 夜"), PATH)
    assert longer.chunks.data.startswith(prompt.chunks.data[prompt.chunks.header.begin - 8 :][:8])
    assert longer.score.tempos == prompt.score.tempos
    for written in (
        smf.score_bytes(prompt.score, "fuzzed", like=prompt),
        smf.parts_bytes({"player": prompt.score, "Antiphon": prompt.score}, "fuzzed"),
    ):
        again = smf.from_bytes(written, PATH)
        assert bool(again.score.notes) == bool(prompt.score.notes)
    if not prompt.score.notes:
        return "without notes"
    if model is not None:
        continued(*model, prompt)
        return "continued"
    part, _ = prompt_at_zero(prompt.score, span)
    assert len(tokenizer.encode(part)) < 100_000
    return "written back"


def continued(artefact: Artefact, decoder: Decoder, prompt: smf.MidiFile) -> None:
    """Continue a file by one bar, or by the beginning of a long one."""
    bar, settings = span_of_bars(prompt.score, 1), replace(Settings(), seed=1)
    span = Span(bar.begin, min(bar.end, bar.begin + _MOST_QUARTERS * TICKS_PER_QUARTER))
    growing = Continuation(Prompt(artefact, decoder, prompt.score, span, settings), settings)
    while not growing.done:
        growing.step()
    smf.from_bytes(smf.continuation_bytes(prompt, growing.notes(), "continued"), PATH)


def measure_largest(events: int, turns: int) -> None:
    """Print what reading the largest files costs, each in a process of its own."""
    files = {part.__name__: _largest(part, events) for part in hostile.HEAVY}
    took: dict[str, list[tuple[float, float, str]]] = {name: [] for name in files}
    for _ in range(turns):
        for name, data in files.items():
            took[name].append(_in_child(data))
    for name, found in took.items():
        seconds = statistics.median(each[0] for each in found)
        megabytes = max(each[1] for each in found)
        count = events if found[0][2] == "read" else 0
        rate = f", {count / seconds / 1000:.0f} thousand events/s" if count else ""
        size = len(files[name]) / 1e6
        print(f"{name}: {size:.1f} MB, {found[0][2]}: {seconds:.2f} s, {megabytes:.0f} MB{rate}")


def _largest(part: hostile.Part, events: int) -> bytes:
    """Return a file of one kind of attack, with about this number of events or all that is read."""
    header = chunk(b"MThd", struct.pack(">HHH", 1, 1, 480))
    return header + chunk(b"MTrk", part(Random(1), events) + b"\0" + END)


def _in_child(data: bytes) -> tuple[float, float, str]:
    """Read a file in a forked process; return seconds, megabytes and its fate."""
    reads, writes = os.pipe()
    if (child := os.fork()) == 0:
        before_bytes, before_s = _begin_memory(), process_time()
        try:
            smf.from_bytes(data, PATH)
            fate = "read"
        except smf.MidiFileError as error:
            fate = str(sentence_of(error.reason)).removeprefix(f"{PATH}: ")
        seconds, megabytes = process_time() - before_s, (_most_memory() - before_bytes) / 1e6
        os.write(writes, f"{seconds} {megabytes} {fate}".encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "r") as pipe:
        seconds_text, megabytes_text, fate = pipe.read().split(" ", 2)
    os.waitpid(child, 0)
    return float(seconds_text), float(megabytes_text), fate


def _begin_memory() -> int:
    """Forget the highest memory of this process, and return the present one in bytes."""
    Path("/proc/self/clear_refs").write_text("5")  # "reset the peak resident set size" (proc(5))
    return _most_memory()


def _most_memory() -> int:
    """Return the highest memory since it was forgotten, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _stop_hang(_signal: int, _frame: FrameType | None) -> None:
    raise HangError


if __name__ == "__main__":
    main()
