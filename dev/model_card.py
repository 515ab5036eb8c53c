"""Write the model card of an artefact: its data, what was measured, what it is bad at.

`python dev/model_card.py ARTEFACT CORPUS RUN` reads the artefact's manifest, the corpus's manifest
(for sources, licences and attributions) and the log of the training run.
"""

import csv
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

TEXT = """# {name}

A transformer of {layers} layers and width {width} that continues music, for Antiphon. It was
trained from scratch for {step} steps of about 6,000 tokens on a CPU (`make train`): a first model,
good enough to play with, and not the last word.

## Measured

| what | figure | command |
|---|---|---|
| loss on held-out tunes, nats a token (varied as in training) | {valid} | `python -m model.train` |
| greedy tokens equal to the reference generator | {equal} of {tokens} | `python -m export.make` |
| same likeliest event as in float32, on its own music | {top1:.1%} | `python -m export.make` |
| KL divergence of its events from the float32 graph, nats | {kl} | `python -m export.make` |

No baseline has been trained on the same data yet, no style has been tested by likelihood, and the
inner critic has not been trained: its output means nothing in this artefact.

## What it is bad at

- It hears {context} tokens, about {notes} notes: it has no idea of a piece as a whole.
- Styles with few pieces colour its answers only faintly.
- Bands (pop, funk, samba ...) were rendered from chord grammars: it repeats itself there.
- Human timing is only in the drum grooves; free playing was imitated by stretching and jitter.
- It may quote its training music for some notes; nothing checks that yet.

## Data

{pieces} pieces in {styles} styles. {licence}

| source | licence | pieces |
|---|---|---|
{table}

Attributions, as the sources give them:

{attributions}
"""


def short(licence: str) -> str:
    """Return a licence without what differs from tune to tune."""
    licence = re.sub(r"\(.*", "", licence.partition("|")[0])
    return re.sub(r"[;,:]? *(music \d+|transcri.*)$", "", licence.partition(";")[0]).strip()


def main() -> None:
    """Write MODEL_CARD.md into the artefact's folder."""
    artefact, corpus, run = map(Path, sys.argv[1:])
    manifest = json.loads((artefact / "manifest.json").read_text("utf-8"))
    log = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
    with (corpus / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        counts[row["source"], short(row["licence"])] += 1
        names[row["source"]].add(row["attribution"])
    table = [f"| {s} | {licence} | {n} |" for (s, licence), n in sorted(counts.items())]
    thanks = [
        f"- {source}: {'; '.join(sorted(filter(None, who)))}"
        for source, who in sorted(names.items())
        if any(who)
    ]
    styles = json.loads((artefact / "styles.json").read_text("utf-8"))["styles"]
    card = TEXT.format(
        name=manifest["name"],
        **{key: manifest["config"][key] for key in ("layers", "width")},
        step=manifest["step"],
        valid=[entry["valid"] for entry in log if "valid" in entry][-1],
        equal=manifest["parity"]["equal"],
        tokens=manifest["parity"]["greedy_tokens"],
        **{key: manifest["int8"][key] for key in ("top1", "kl")},
        context=manifest["context"],
        notes=round(manifest["context"] / 2.5 / 10) * 10,
        pieces=len(rows),
        styles=len(styles),
        licence=manifest["data_licence"],
        table="\n".join(table),
        attributions="\n".join(thanks),
    )
    (artefact / "MODEL_CARD.md").write_text(card, "utf-8")


if __name__ == "__main__":
    main()
