"""The drawing of the packages is what the imports are."""

import subprocess
import sys
from pathlib import Path

from dev.draw_packages import PAGE, imports, reduced, with_drawing


def test_architecture_draws_the_imports_as_they_are() -> None:
    page = PAGE.read_text("utf-8")
    assert with_drawing(page) == page, "run dev/draw_packages.py"


def test_no_two_packages_import_each_other() -> None:
    _, edges = imports()
    assert len(edges) > 40
    after = {a: {b for x, b in edges if x == a} for a, _ in edges}
    for start in after:
        reached, front = set[str](), {start}
        while front:
            front = {b for a in front for b in after.get(a, set())} - reached
            reached |= front
        assert start not in reached, f"{start} imports itself through others"


def test_an_import_that_follows_from_others_is_left_out() -> None:
    chain = {("a", "b"), ("b", "c"), ("a", "c"), ("a", "d")}
    assert reduced(chain) == {("a", "b"), ("b", "c"), ("a", "d")}


def test_without_marks_the_page_is_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "ARCHITECTURE.md"
    page.write_text("no marks")
    script = (
        "import dev.draw_packages as d; from pathlib import Path; "
        f"d.PAGE = Path({str(page)!r}); d.main()"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no marks" in done.stderr
    assert page.read_text() == "no marks"
