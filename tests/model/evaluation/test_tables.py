"""The tables have the figures of each section that was measured, and no others."""

import io

from rich.console import Console

from model.evaluation.measures import MEASURES
from model.evaluation.tables import print_tables

NLL = {"per_token": 1.2345, "per_note": 2.5}


def printed(**sections: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_tables({"model": "small", "step": 3, **sections}, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_model_has_a_row() -> None:
    text = printed(nll=NLL, **{"5-gram": {"per_token": 3, "per_note": 4}}, against={"other": NLL})
    for name, figure in (("small", "1.234"), ("5-gram", "3.000"), ("other", "2.500")):
        [row] = [line for line in text.splitlines() if name in line and "│" in line]
        assert figure in row


def test_hidden_families_have_rows() -> None:
    assert "without style" in printed(hidden={"style": 1.5})


def test_distances_have_a_column_for_each_measure() -> None:
    figures = dict.fromkeys(MEASURES, 0.125)
    kinds = ("distance_from_truth", "distance_of_all_from_all_truths")
    text = printed(continuation={kind: {f"take {kind[-6:]}": figures} for kind in kinds})
    assert all(measure in text for measure in MEASURES)
    assert text.count("0.125") == 2 * len(MEASURES)


def test_a_section_that_was_not_measured_is_left_out() -> None:
    assert "distance" not in printed(nll=NLL)
