"""Train what Antiphon's network is compared with, each for the same time.

`python dev/compare.py SHARDS OUT --minutes 9` trains, one after another, the network itself, an LSTM
with as many weights, the network without musical time, chords and structure, and the network
without each family of what it is told beside the tokens. All see the same batches. Time is that of
one processor core. A run that is complete is not repeated, one that was stopped goes on.
`python -m model.evaluate` then measures any of them.
"""

import argparse
import subprocess
import sys
from pathlib import Path

RUNS = {
    "lstm": ["--kind", "lstm", "--adam-rate", "0.002", "--without", "time,chord,structure"],
    "plain": ["--without", "time,chord,structure"],
    "whole": [],
    "no-time": ["--without", "time"],
    "no-chord": ["--without", "chord"],
    "no-structure": ["--without", "structure"],
    "no-style": ["--without", "style"],
    "no-instruments": ["--without", "instruments"],
}


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--only", nargs="*", default=list(RUNS), choices=list(RUNS))
    asked, rest = parser.parse_known_args()  # further options are those of model.train
    common = ["--minutes", str(asked.minutes), "--batch-tokens", "2048", "--window", "512"]
    common += ["--threads", "1", "--save-every", "200", "--no-compile", *rest]
    for name in asked.only:
        print(f"== {name}", flush=True)
        train = [sys.executable, "-m", "model.train", str(asked.shards), str(asked.out / name)]
        subprocess.run([*train, *common, *RUNS[name]], check=True)


if __name__ == "__main__":
    main()
