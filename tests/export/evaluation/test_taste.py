"""Simulated users: the agreement of those who decide consistently rises, and the table has it."""

import numpy as np

from export.evaluation.taste import AFTER, USERS, agreements, pieces, spreads, table
from export.taste.measures import SPREADS


def test_users_are_measured_on_pieces_from_which_nothing_was_learned() -> None:
    rng = np.random.default_rng(0)
    drawn = [(str(n % 6), rng.normal(size=(4, len(SPREADS)))) for n in range(120)]
    found = {kind: [agreements(drawn, kind, rng) for _ in range(8)] for kind in USERS}
    means = {kind: np.mean([user["100"] for user in users]) for kind, users in found.items()}
    critic = {kind: np.mean([user["critic"] for user in users]) for kind, users in found.items()}
    assert critic["critic"] == critic["random"] == 1
    assert means["sparse"] > critic["sparse"] + 0.2
    assert means["random"] > 0.6
    lines = table(found).splitlines()
    assert lines[0] == f"| user | critic | {' | '.join(map(str, AFTER))} |"
    assert [line.split()[1] for line in lines[2:]] == list(USERS)


def test_spreads_are_those_within_a_prompt() -> None:
    one = [tuple(float(base + step) for step in range(len(SPREADS))) for base in (0, 2)]
    far = [tuple(number + 1000 for number in row) for row in one]
    found = spreads([("a", one), ("b", far)])
    assert list(found.values()) == [np.sqrt(2)] * len(SPREADS)


def test_the_pieces_have_notes() -> None:
    assert len(pieces()) == 9
    assert all(score.notes for score in pieces().values())
