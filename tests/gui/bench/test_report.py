"""Targets are checked against the results, and stay open where there are none."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import image
from numpy.typing import NDArray
from rich.console import Console

from gui.bench import report
from gui.bench.decode import BESIDE_RIVALS, CONTEXT_LENGTHS, OURS
from gui.bench.plot import draw_report

NAMES = (
    OURS,
    report.MEMORY_FLOOR,
    BESIDE_RIVALS,
    "torch, static cache",
    "concatenated cache",
)


def spread(median_ms: float) -> dict[str, Any]:
    return {"median_ms": median_ms, "p99_ms": 2 * median_ms, "count": 5}


@pytest.fixture
def found() -> dict[str, Any]:
    costs = dict(zip(NAMES, (0.3, 0.2, 0.4, 3.0, 1.0), strict=True))
    kinds = {"cold": spread(100), "warm": spread(4), "speculated": spread(1)}
    return {
        "model": "m",
        "machine": "x",
        "runs on": "y",
        "step": {
            str(n): {name: spread(cost) for name, cost in costs.items()} for n in CONTEXT_LENGTHS
        },
        "hand-over": {str(notes): kinds for notes in (0, 256, 1024)},
        "sending": {"as sent": spread(0.01) | {"late_us": [1, 2, 3], "lost": 0}},
    }


def test_results_are_checked_against_the_targets(found: dict[str, Any]) -> None:
    values = {promise.text: value for promise, value, _ in report.evaluate_targets(found)}
    kept = {promise.text: kept for promise, _, kept in report.evaluate_targets(found)}
    assert values["a token after 512, to reading the weights from memory"] == 1.5
    assert values["a token after 512, to the concatenating graph"] == 0.4
    assert values["hand-over to first note decided, after 1,024 notes, warm, p99 ms"] == 8
    assert set(kept.values()) == {True, None}
    assert kept["a token after an hour, to one after a minute"] is None
    found["step"]["512"][OURS] = spread(0.9)
    (broken, *_) = report.evaluate_targets(found)
    assert broken[1:] == (4.5, False)


def test_a_target_may_be_a_least_value(found: dict[str, Any]) -> None:
    found["sustained"] = {"times_real_time": 5.0}
    (sustained,) = [k for p, _, k in report.evaluate_targets(found) if p.at_least]
    assert sustained is True


def test_the_report_is_printed(found: dict[str, Any]) -> None:
    console = Console(record=True, width=120, file=io.StringIO())
    report.print_report(found, console)
    text = console.export_text()
    assert "step, 512, antiphon" in text
    assert "not measured" in text


@pytest.mark.parametrize("sections", [(), ("step",), ("step", "hand-over", "sending")])
def test_each_section_has_a_chart(
    found: dict[str, Any], tmp_path: Path, sections: tuple[str, ...]
) -> None:
    draw_report({name: found[name] for name in sections}, tmp_path / "speed.png")
    picture = image.imread(tmp_path / "speed.png")[..., :3]
    drawn = [
        name
        for name, third in zip(
            ("step", "hand-over", "sending"), np.array_split(picture, 3, axis=1), strict=True
        )
        if (middle_of(third).max(axis=-1) - middle_of(third).min(axis=-1) > 0.2).any()
    ]
    assert drawn == list(sections)


def middle_of(panel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the part of a chart in which only its curves have a colour."""
    height, width, _ = panel.shape
    return panel[height // 5 : height // 2, width // 5 : -width // 5]
