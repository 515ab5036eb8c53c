"""How soon a taste is learned: simulated users choose among takes of the shipped model.

A user has a utility, and keeps the take for which utility plus noise is highest. The noise is
Gumbel's, so that Luce's model holds. After some decisions on the prompts of one half of the pieces,
the learned taste names a take for each prompt of the other half. Its *agreement* is the share in
which that is the take with the user's highest utility, without noise. Chance is a quarter.

    sparse     the critic's rating, and three measures drawn at random with weights of 1.5
    target     the critic's rating, and two measures, best near a value of the user's own
    critic     the critic's rating alone
    random     no utility: any take is as good. The agreement is with the critic.

The users called *target* do not follow the model of `export.taste.preference`, which is linear.

`python -m export.evaluation.taste FILE` makes the takes into a file at its first run, and reads them
from there afterwards.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from assets import DEMO_PHRASES
from bridge.messages.settings import Settings
from bridge.midi import smf
from export.evaluation import prompts
from export.runtime.artefact import load_default_artefact
from export.runtime.decoder import Decoder
from export.sketch.prompt import Prompt, instruments_of, span_of_bars
from export.sketch.proposals import Proposals
from export.taste.decisions import Decision
from export.taste.measures import SPREADS, TakeMeasures
from export.taste.preference import CRITIC_ALONE, Taste, learn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bridge.midi.notes import Score
    from export.runtime.artefact import Artefact
    from export.taste.measures import Row

    Floats = NDArray[np.float64]
    Utility = Callable[[Floats], Floats]
    """Returns the utilities (K,) of takes, from their rows in units of their spreads (K, F)."""

TAKES, BARS = 4, 4
AFTER = (10, 30, 100)
_STYLES = ("bach", "chopin", "jazz", "pop", "bossa nova", "rock")
_PHRASES = ("minuet", "prelude", "nocturne", "blues")
_CUTS = (8, 6, 4)
"""The bars of a piece that are heard."""
_WEIGHT, _WIDTH = 1.5, 1.0
_MODEL = "shipped"


def pieces() -> dict[str, Score]:
    """Return the prompts that musicians play, and the phrases of the demo."""
    made = (prompts.pop_song, prompts.jazz_trio, prompts.ballad, prompts.waltz, prompts.blues)
    found = {each.__name__: each() for each in (*made, prompts.rubato)}
    return found | {name: smf.read(DEMO_PHRASES / f"{name}.mid").score for name in _PHRASES}


def make_rows(artefact: Artefact, seeds: int) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name of a piece and the rows of four takes, for each piece, cut, style and seed."""
    decoder = Decoder(artefact, device="cpu", threads=1)
    for name, piece in pieces().items():
        for number in range(seeds):
            style, bars = _STYLES[number % len(_STYLES)], _CUTS[number % len(_CUTS)]
            score = _cut(piece, bars)
            chosen = Settings(
                style=((style, 1.0),), instruments=instruments_of(score), seed=1 + 10 * number
            )
            span = span_of_bars(score, BARS)
            making = Proposals(Prompt(artefact, decoder, score, span, chosen), chosen, TAKES)
            measures = TakeMeasures(score, span)
            rows: list[Row] = []
            while not making.done:
                if (take := making.step()) is not None:
                    rows.append(measures.row(take.notes, take.score))
            if len(rows) == TAKES:
                yield name, rows


def _cut(score: Score, bars: int) -> Score:
    """Return the first bars of a score, in its first metre."""
    bar = score.metres[0].bar_ticks if score.metres else prompts.BAR
    return replace(score, notes=tuple(n for n in score.notes if n.release_ticks <= bars * bar))


def sparse(rng: np.random.Generator) -> Utility:
    """Return the utility of a user who cares for the critic and for three measures."""
    weights = np.zeros(len(SPREADS))
    weights[0] = 1
    weights[rng.choice(np.arange(1, len(weights)), 3, replace=False)] = rng.choice(
        (-_WEIGHT, _WEIGHT), 3
    )
    return lambda rows: rows @ weights


def target(rng: np.random.Generator) -> Utility:
    """Return the utility of a user who likes two measures best near values of his own.

    The values lie within a spread of the usual, which is that of the four takes.
    """
    chosen = rng.choice(np.arange(1, len(SPREADS)), 2, replace=False)
    values = rng.normal(0, _WIDTH, 2)

    def utility(rows: Floats) -> Floats:
        away = rows[:, chosen] - rows[:, chosen].mean(axis=0) - values
        return np.asarray(rows[:, 0] - _WEIGHT * (away**2).sum(axis=1))

    return utility


def critic(_rng: np.random.Generator) -> Utility:
    """Return the utility of a user who agrees with the critic."""
    return lambda rows: rows[:, 0]


def nothing(_rng: np.random.Generator) -> Utility:
    """Return the utility of a user who chooses at random."""
    return lambda rows: np.zeros(len(rows))


USERS = {"sparse": sparse, "target": target, "critic": critic, "random": nothing}


def agreements(
    sets: Sequence[tuple[str, Floats]], kind: str, rng: np.random.Generator
) -> dict[str, float]:
    """Return the agreement of the critic and of the taste after some decisions, for a new user."""
    utility = USERS[kind](rng)
    judge = utility if kind != "random" else critic(rng)
    names = sorted({name for name, _ in sets})
    known = set(rng.permutation(names)[: len(names) // 2])
    seen = [rows for name, rows in sets if name in known]
    held_out = [rows for name, rows in sets if name not in known]
    order = rng.permutation(len(seen))
    decisions = [_decide(seen[i], utility, rng) for i in np.resize(order, AFTER[-1])]
    tastes = {"critic": CRITIC_ALONE}
    tastes |= {str(count): learn(decisions[:count], _MODEL) for count in AFTER}
    return {name: _agreement(taste, held_out, judge) for name, taste in tastes.items()}


def _decide(rows: Floats, utility: Utility, rng: np.random.Generator) -> Decision:
    kept = int(np.argmax(utility(rows) + rng.gumbel(size=len(rows))))
    raw = [tuple((row * _spreads()).tolist()) for row in rows]
    return Decision("", "", _MODEL, raw[kept], tuple(raw[:kept] + raw[kept + 1 :]))


def _agreement(taste: Taste, held_out: Sequence[Floats], judge: Utility) -> float:
    named = [taste.order([tuple(row) for row in rows * _spreads()])[0] for rows in held_out]
    return float(
        np.mean([judge(r)[i] == judge(r).max() for r, i in zip(held_out, named, strict=True)])
    )


def _spreads() -> Floats:
    return np.array(tuple(SPREADS.values()))


def spreads(sets: Sequence[tuple[str, list[Row]]]) -> dict[str, float]:
    """Return the spread of each measure among the takes of a prompt."""
    variance = np.mean([np.var(np.array(rows), axis=0, ddof=1) for _, rows in sets], axis=0)
    return dict(zip(SPREADS, np.sqrt(variance).tolist(), strict=True))


def table(found: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Return a table of means and standard errors over users, in Markdown."""
    columns = ["critic", *map(str, AFTER)]
    lines = [f"| user | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for kind, users in found.items():
        cells = []
        for column in columns:
            shares = np.array([user[column] for user in users])
            error = shares.std(ddof=1) / np.sqrt(len(shares))
            cells.append(f"{shares.mean():.3f} ± {error:.3f}")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(
    file: Annotated[Path, typer.Argument(help="JSON file of the takes' rows; made if missing.")],
    seeds: Annotated[int, typer.Option(help="Prompts of each piece.")] = 24,
    users: Annotated[int, typer.Option(help="Users of each kind.")] = 100,
    *,
    show_spreads: Annotated[
        bool, typer.Option("--spreads", help="Print the spread of each measure instead.")
    ] = False,
) -> None:
    """Measure how soon a taste is learned."""
    if not file.exists():
        made = list(make_rows(load_default_artefact(), seeds))
        file.write_text(json.dumps(made))
    read = [(name, [tuple(row) for row in rows]) for name, rows in json.loads(file.read_text())]
    if show_spreads:
        for name, spread in spreads(read).items():
            typer.echo(f"{name} {spread:.3g}")
        return
    sets = [(name, np.array(rows) / _spreads()) for name, rows in read]
    rng = np.random.default_rng(0)
    found = {kind: [agreements(sets, kind, rng) for _ in range(users)] for kind in USERS}
    typer.echo(table(found))


if __name__ == "__main__":
    typer.run(main)
