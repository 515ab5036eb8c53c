"""`antiphon taste`: what was learned from the takes that were kept, and how to forget it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.system.input_file import InputError
from bridge.system.output_file import OutputError
from gui.commands.console.terminal import fail, fail_output, load_artefact, say

if TYPE_CHECKING:
    from export.taste.preference import Taste

_PHRASES = {
    "critic": ("takes that the critic rates higher", "takes that the critic rates lower"),
    "density": ("denser takes", "sparser takes"),
    "range": ("a wider range", "a narrower range"),
    "register": ("higher takes", "lower takes"),
    "steps": ("more steps in the melody", "more leaps in the melody"),
    "syncopation": ("more syncopation", "less syncopation"),
    "consonance": ("more of the prompt's pitches", "pitches further from the prompt's"),
    "length": ("longer notes", "shorter notes"),
    "legato": ("more legato", "more staccato"),
    "chords": ("thicker chords", "thinner chords"),
    "motifs": ("more motifs of the prompt", "fewer motifs of the prompt"),
    "loudness": ("louder takes", "softer takes"),
    "dynamics": ("more dynamics", "more even dynamics"),
    "rests": ("more rests", "fewer rests"),
    "ending": ("a longer last note", "a shorter last note"),
}
"""What a player keeps if the weight of a measure is above 0, and if it is below."""
_LEAST_SHOWN = 0.05


def taste(
    show: Annotated[
        bool, typer.Option("--show", help="Show what was learned; this is the default.")
    ] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Forget all decisions; the critic alone decides again.")
    ] = False,
) -> None:
    """Show what was learned from the takes that you kept, or forget it.

    A weight of 1 counts as much as the critic's rating does for somebody who has decided nothing.

    Example: antiphon taste --reset
    """
    from export.styles.own import weights_checksum
    from export.taste.decisions import forget_decisions, read_decisions, taste_file
    from export.taste.preference import learn
    from gui.wording.reasons import sentence_of

    if show and reset:
        fail("give --show or --reset, not both.")
    path = taste_file()
    if reset:
        try:
            forget_decisions(path)
        except OutputError as error:
            fail_output(error.reason)
        say("Nothing is known of your taste now; the critic orders the takes.")
        return
    try:
        found = read_decisions(path)
    except InputError as error:
        fail(sentence_of(error.reason))
    say_damage(found.damaged_count)
    if not found.all:
        say("You have kept no take of several yet; the critic orders the takes.")
        return
    print_taste(learn(found.all, weights_checksum(load_artefact(report=False))))


def say_damage(lines: int) -> None:
    """Say how many lines of the file of decisions are left out."""
    if lines:
        damaged = "1 damaged line is" if lines == 1 else f"{lines} damaged lines are"
        say(f"antiphon: taste: {damaged} left out.", sys.stderr)


def print_taste(found: Taste) -> None:
    """Print a taste as a table, the strongest weight first."""
    from rich.console import Console
    from rich.table import Table

    count = f"{found.decisions} decision{'' if found.decisions == 1 else 's'}"
    table = Table("you keep", "weight", "±", title=f"Learned from {count}", title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, weight in sorted(found.weights.items(), key=lambda item: -abs(item[1])):
        if abs(weight) >= _LEAST_SHOWN:
            phrase = _PHRASES[name][weight < 0]
            table.add_row(phrase, f"{abs(weight):+.1f}", f"{found.errors[name]:.1f}")
    Console(highlight=False).print(table)
    say(
        f"Of decisions that were left out, {found.foreseen:.0%} are foreseen; by the critic alone "
        f"{found.foreseen_by_critic:.0%}, by chance {found.by_chance:.0%}."
    )
