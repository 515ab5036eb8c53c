"""Train the networks that Antiphon's network is compared with.

`python dev/compare.py SHARDS OUT --start ARTEFACT` trains two sets, one run after another:

- from random weights, each for the same time (`--minutes`): the network, the network without
  musical time, chords and structure (Music Transformer has none of them), and an LSTM with as many
  weights (as in MelodyRNN);
- from the weights of ARTEFACT, each for the same steps (`--steps`): the network again, and without
  each family of inputs beside the tokens, so that it can adapt.

All use the same batches. Time is that of one processor core, so that other programs do not affect
the comparison. A complete run is not repeated; a stopped one continues. Further options are those
of `model.train`; `python -m model.evaluate ARTEFACT SHARDS --against RUN` measures any of the runs.
"""

import argparse
import subprocess
import sys
from pathlib import Path

SCRATCH = {
    "whole": [],
    "plain": ["--without", "time,chord,structure"],
    "lstm": ["--kind", "lstm", "--adam-rate", "0.002", "--without", "time,chord,structure"],
}
TUNED = {
    "tuned": [],
    "no-time": ["--without", "time"],
    "no-chord": ["--without", "chord"],
    "no-structure": ["--without", "structure"],
    "no-style": ["--without", "style"],
    "no-instruments": ["--without", "instruments"],
}


def main() -> None:
    """Run all trainings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--steps", type=int, default=150)
    asked, rest = parser.parse_known_args()
    common = ["--batch-tokens", "2048", "--window", "512", "--threads", "1", "--save-every", "200"]
    scratch = ["--minutes", str(asked.minutes)]
    tuned = ["--start", str(asked.start), "--steps", str(asked.steps)]
    tuned += ["--muon-rate", "0.004", "--adam-rate", "0.0008"]
    sets = [(SCRATCH, scratch), (TUNED, tuned)]
    for name, length, own in [(n, length, own) for runs, length in sets for n, own in runs.items()]:
        print(f"== {name}", flush=True)
        train = [sys.executable, "-m", "model.train", str(asked.shards), str(asked.out / name)]
        subprocess.run([*train, *common, *length, *own, *rest], check=True)


if __name__ == "__main__":
    main()
