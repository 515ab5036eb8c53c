# ruff: noqa: E501 - the lines of the card are those of a text
"""Write the model card of an artefact: its data, its measured quality, its weaknesses.

`python dev/model_card.py ARTEFACT CORPUS` reads the artefact's manifest, the corpus's manifest (for
sources, licences and attributions), and two outputs in the artefact's folder: evaluation.json of
`python -m model.evaluate ARTEFACT SHARDS --json`, with the runs of dev/compare.py as `--against`
and their training times added as `compared`, and music.json of
`python -m export.evaluate ARTEFACT SHARDS --json`.
"""

import csv
import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from model.evaluation.measures import MEASURES

TEXT = """# {name}

A transformer of {layers} layers and width {width} that continues music, for Antiphon. It was trained from scratch on a
CPU, {step} steps of 6,000 to 8,000 tokens, and is exported with 8-bit weights. Figures are of what ships, on {tokens}
tokens of held-out tunes, made by `python -m model.evaluate` unless another command is given beside them.

## Likelihood

With the inputs of live play: style and instruments, but not the time to the end of the piece.

| model | nats a token | nats a note | trained on |
|---|---|---|---|
{likelihoods}

Unigrams and 5-grams were counted in all training pieces; this takes minutes, and more time does not help. The runs
marked with minutes began with random weights and had the same time of one processor core each (`dev/compare.py`). At that
point the network without musical time is {plain_verdict}, the LSTM is far behind, and no network has reached the counts of
the complete corpus. The shipped model was trained for hours; no other network was trained as long.

The effect of each family of inputs beside the tokens:

| without | hidden from the shipped model | after {tuned_steps} steps of training without it |
|---|---|---|
{families}

(With all inputs: {whole} and {tuned} nats a token.)

Style by likelihood: of {pieces} held-out pieces (their first 128 tokens), one of the piece's own styles makes it
likeliest among all {styles} in {top1:.0%}, and is among the three likeliest in {top3:.0%}. A random choice would be right
in {chance:.2%}: this is {times:.0f} times as often.

## Continuations

What a musician notices, in eight bars after eight bars of held-out pieces, three takes each, with the standard error of the
mean over pieces (`python -m export.evaluate`; `model/evaluation/musicality.py` defines the figures):

{music}

{prompts} held-out prompts of 256 tokens, four takes of 256 tokens each, with the app's own rules. Jensen-Shannon distance
(0 same, 1 nothing shared) from the true continuation; for comparison, the distances of the prompt itself and of another
piece.

| | {measures} |
|---|{dashes}|
{distances}

- Requested instruments that play within the take: {share_played:.0%} (in the true continuation: {share_truth:.0%}).
  Played without a request: {foreign}.
- The inner critic tells real music from generated music with an AUC of {auc:.2f}. For the same prompt it prefers the true
  continuation in {same:.0%} (a random choice: 50%).
- Longest run of notes that a take shares with any training piece, in any key: median {own_median:.0f}, 95th percentile
  {own_high:.0f}, longest {own_longest} notes; of held-out music by human composers: {human_median:.0f}, {human_high:.0f},
  {human_longest}.

## As exported

| what | figure | command |
|---|---|---|
| greedy tokens equal to the reference generator (float32 weights) | {equal} of {parity_tokens} | `python -m export.make` |
| same likeliest event as with float32 weights, on its own music | {agreement:.1%} | `python -m export.make` |
| KL divergence of its events from the float32 graph, nats | {kl} | `python -m export.make` |

## Weaknesses

- It reads {context} tokens, about {notes} notes. It has no plan of a piece, and its music wanders.
- It is small, and its training read the training music about once. A band plays together, but more loosely than the
  music that it continues: drums keep their pattern less exactly, and voices change their register.
- Rules of decoding keep the harmony to the form that was played (`model/decoding/policy.py`). Without them it stands still.
- Styles with few pieces have little effect on its answers; `--style-strength` makes them stronger.
- Bands (pop, funk, samba ...) were rendered from chord grammars: it repeats itself there.
- Human timing is only in the drum grooves; free playing was imitated by stretching and jitter. On a grid, a rule keeps
  notes to the grid of the prompt.
- Dynamics are flat where the sources were engraved.

## Data

{train_pieces} training pieces in {styles} styles. {licence}

| source | licence | pieces |
|---|---|---|
{table}

Attributions, as the sources give them:

{attributions}
"""
FAMILIES = ("time", "chord", "structure", "style", "instruments")
NAMES = {"whole": "this network", "plain": "this network without time, chords and structure"}


def short(licence: str) -> str:
    """Return a licence without the parts that differ from tune to tune."""
    licence = re.sub(r"\(.*", "", licence.partition("|")[0])
    return re.sub(r"[;,:]? *(music \d+|transcri.*)$", "", licence.partition(";")[0]).strip()


def music(found: dict[str, Any]) -> list[str]:
    """Return the table of what a musician notices."""
    columns = [(kind, part) for kind, parts in found.items() for part in parts]
    lines = [f"| | {' | '.join(' '.join(column) for column in columns)} |"]
    lines.append(f"|---|{'---|' * len(columns)}")
    for name in dict.fromkeys(n for kind, part in columns for n in found[kind][part]):
        cells = [found[kind][part].get(name, (None, 0)) for kind, part in columns]
        row = ("" if mean is None else f"{mean:.3g} ± {error:.2g}" for mean, error in cells)
        lines.append(f"| {name} | {' | '.join(row)} |")
    return lines


def likelihoods(found: dict[str, Any]) -> list[str]:
    """Return the rows of the table of likelihoods."""
    rows = [(found["model"], found["nll"], "see above")]
    rows += [(name, found[name], "all counts") for name in ("unigram", "5-gram") if name in found]
    for name in ("whole", "plain", "lstm"):
        if name in found["against"]:
            spent = f"{found['compared']['minutes'][name]:.0f} minutes"
            rows.append((NAMES.get(name, name.upper()), found["against"][name], spent))
    return [f"| {n} | {r['per_token']:.3f} | {r['per_note']:.2f} | {t} |" for n, r, t in rows]


def families(found: dict[str, Any]) -> list[str]:
    """Return the rows of the table of families."""
    rows = []
    for family in FAMILIES:
        hidden = found["hidden"].get(family)
        withheld = f"{hidden - found['nll']['per_token']:+.3f}" if hidden else "always hidden live"
        tuned = found["against"].get(f"no-{family}")
        base = found["against"].get("tuned")
        learned = f"{tuned['per_token'] - base['per_token']:+.3f}" if tuned and base else "-"
        rows.append(f"| {family} | {withheld} | {learned} |")
    return rows


def distances(found: dict[str, Any]) -> list[str]:
    """Return the rows of distances."""
    rows = []
    for kind in ("distance_from_truth", "distance_of_all_from_all_truths"):
        for name, by_measure in found["continuation"][kind].items():
            together = "" if kind == "distance_from_truth" else "all together: "
            figures = " | ".join(f"{by_measure[m]:.3f}" for m in MEASURES)
            rows.append(f"| {together}{name} | {figures} |")
    return rows


def main() -> None:
    """Write MODEL_CARD.md into the artefact's folder."""
    artefact, corpus = map(Path, sys.argv[1:3])
    manifest = json.loads((artefact / "manifest.json").read_text("utf-8"))
    found = json.loads((artefact / "evaluation.json").read_text("utf-8"))
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
    against, styles = found["against"], found["styles"]
    gap = against["plain"]["per_token"] - against["whole"]["per_token"]
    continuation, overlap = found["continuation"], found["overlap"]
    heard = json.loads((artefact / "music.json").read_text("utf-8"))
    card = TEXT.format(
        name=manifest["name"],
        **{key: manifest["config"][key] for key in ("layers", "width")},
        step=manifest["step"],
        tokens=f"{found['nll']['tokens']:,}",
        likelihoods="\n".join(likelihoods(found)),
        plain_verdict="no worse yet" if gap < 0.01 else f"{gap:.2f} nats worse",
        tuned_steps=found["compared"]["tuned_steps"],
        families="\n".join(families(found)),
        whole=f"{found['nll']['per_token']:.3f}",
        tuned=f"{against['tuned']['per_token']:.3f}",
        **{key: styles[key] for key in ("pieces", "top1", "top3", "chance")},
        times=styles["top1"] / styles["chance"],
        styles=len(json.loads((artefact / "styles.json").read_text("utf-8"))["styles"]),
        music="\n".join(music(heard)),
        prompts=continuation["prompts"],
        measures=" | ".join(MEASURES),
        dashes="|".join("---" for _ in MEASURES),
        distances="\n".join(distances(found)),
        share_played=continuation["instruments"]["share_played"],
        share_truth=continuation["instruments"]["share_played_by_truth"],
        foreign=continuation["instruments"]["not_asked_but_played"],
        auc=continuation["critic"]["auc"],
        same=continuation["critic"]["auc_same_prompt"],
        own_median=overlap["takes"]["median"],
        own_high=overlap["takes"]["p95"],
        own_longest=overlap["takes"]["longest"],
        human_median=overlap["truths"]["median"],
        human_high=overlap["truths"]["p95"],
        human_longest=overlap["truths"]["longest"],
        equal=manifest["parity"]["equal"],
        parity_tokens=manifest["parity"]["greedy_tokens"],
        agreement=manifest["agreement"]["cpu"]["top1"],
        kl=manifest["agreement"]["cpu"]["kl"],
        context=manifest["context"],
        notes=round(manifest["context"] / 2.5 / 10) * 10,
        train_pieces=len(rows),
        licence=manifest["data_licence"],
        table="\n".join(table),
        attributions="\n".join(thanks),
    )
    (artefact / "MODEL_CARD.md").write_text(card, "utf-8")


if __name__ == "__main__":
    main()
