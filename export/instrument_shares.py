"""Which instruments the styles have: shares of the training pieces, as a file of an artefact.

`python -m export.instrument_shares ARTEFACT SHARDS` counts, for each style, in what share of the
training pieces each instrument plays. It writes `instruments.json` and its checksum, and leaves
every other file of the artefact as it is. `export.make --shards` does the same.

An accompaniment leaves out instruments that are rare in its style (`Artefact.rare_instruments`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from export.runtime.artefact import INSTRUMENT_SHARES, Artefact, seal_file
from model.data import Corpus, instrument_shares

_DIGITS = 4


def add_shares(folder: Path, shards: Path) -> dict[str, dict[str, float]]:
    """Write the shares of an artefact's styles into its folder, and return them."""
    styles = Artefact.load(folder).style_names
    found = {
        style: {name: round(share, _DIGITS) for name, share in shares.items()}
        for style, shares in instrument_shares(Corpus.open(shards, "train"), styles).items()
    }
    text = json.dumps(found, indent=1, sort_keys=True)
    (folder / INSTRUMENT_SHARES).write_text(f"{text}\n", "utf-8")
    seal_file(folder, INSTRUMENT_SHARES)
    return found


def main(
    artefact: Annotated[Path, typer.Argument(help="Folder of an artefact.")],
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
) -> None:
    """Add to an artefact which instruments its styles have."""
    found = add_shares(artefact, shards)
    typer.echo(f"{len(found)} styles")


if __name__ == "__main__":
    typer.run(main)
