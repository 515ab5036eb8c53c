"""`antiphon bench`: measure the speed on this machine."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from bridge.system.extras import install_command
from bridge.system.output_file import PNG_ENDINGS, OutputError
from gui.commands.console.options import ForceOption, amount_option
from gui.commands.console.terminal import (
    check_outputs,
    fail,
    fail_output,
    fail_unknown,
    load_artefact,
    say,
)

_NEEDED = ("matplotlib", "psutil")


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", readable=False, help="Draw the results into this PNG file."),
    ] = None,
    only: Annotated[
        str, typer.Option("--only", help="Some of: startup, step, prefill, cache ...")
    ] = "",
    seconds: Annotated[int, amount_option("--seconds", "bench_seconds")] = 60,
    minutes: Annotated[int, amount_option("--minutes", "bench_minutes")] = 60,
    force: ForceOption = False,
) -> None:
    """Measure the speed on this machine, compared with other runtimes.

    Example: antiphon bench --plot speed.png
    """
    _check_installed()
    from rich.console import Console

    from gui.bench import report

    sections = tuple(only.split(",")) if only else report.SECTIONS
    for section in sections:
        if section not in report.SECTIONS:
            fail_unknown("--only", section, report.SECTIONS)
    check_outputs(plot, force=force, endings=PNG_ENDINGS)
    artefact = load_artefact()
    found = report.measure(artefact, sections, seconds, minutes, Console(stderr=True))
    if plot is not None:
        from gui.bench.plot import draw_report

        try:
            draw_report(found, plot, replace=force)
        except OutputError as error:
            fail_output(error.reason)
    if as_json:
        say(json.dumps(found))
    else:
        report.print_report(found, Console())


def _check_installed() -> None:
    """Fail if the benchmark, or a package that it needs, is not installed."""
    if find_spec("gui.bench") is None:
        fail(
            "the benchmark is part of the source tree only: in a checkout, type `make setup` and "
            "`.venv/bin/antiphon bench`."
        )
    if not all(find_spec(package) for package in _NEEDED):
        fail(f"the benchmark needs {' and '.join(_NEEDED)}; type: {install_command('bench')}")
