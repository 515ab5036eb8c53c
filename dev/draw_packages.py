"""Draw the packages and their imports into ARCHITECTURE.md, as a Mermaid graph.

An arrow means "imports". Where A imports B and B imports C, an arrow from A to C adds nothing to
the order, so it is left out. A test fails if the drawing and the imports disagree.
"""

from __future__ import annotations

import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
ROOTS = ("bridge", "model", "export", "gui", "assets")
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- packages: begin -->", "<!-- packages: end -->"

Edges = set[tuple[str, str]]


def package_of(module: str, packages: set[str]) -> str:
    """Return the innermost package that a module lies in; a package lies in itself."""
    while module not in packages:
        module = module.rpartition(".")[0]
    return module


def imports() -> tuple[set[str], Edges]:
    """Return the packages, and each pair of two in which one imports the other."""
    graph = grimp.build_graph(*ROOTS)
    packages = {m for m in graph.modules if graph.find_children(m)} | set(ROOTS)
    edges = {
        (package_of(importer, packages), package_of(imported, packages))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }
    return packages, {(a, b) for a, b in edges if a != b}


def reduced(edges: Edges) -> Edges:
    """Return the edges that no path of several edges stands for."""
    after: dict[str, set[str]] = {}
    for importer, imported in edges:
        after.setdefault(importer, set()).add(imported)

    def reachable(start: str, seen: set[str]) -> set[str]:
        for following in after.get(start, set()) - seen:
            seen.add(following)
            reachable(following, seen)
        return seen

    return {
        (a, b)
        for a, b in edges
        if not any(b in reachable(other, set()) for other in after[a] - {b})
    }


def drawing() -> str:
    """Return the graph as Mermaid text."""
    packages, edges = imports()
    lines = ["```mermaid", "graph TD"]
    for root in ROOTS:
        inside = sorted(p for p in packages if p.partition(".")[0] == root)
        lines.append(f"    subgraph {root}_[{root}]")
        lines += [f"        {p}[{p.partition('.')[2] or p}]" for p in inside]
        lines.append("    end")
    lines += [f"    {importer} --> {imported}" for importer, imported in sorted(reduced(edges))]
    return "\n".join([*lines, "```"])


def with_drawing(page: str) -> str:
    """Return a page with the drawing between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{drawing()}\n{END}{after}"


def main() -> None:
    """Write the drawing."""
    page = PAGE.read_text("utf-8")
    if BEGIN not in page or END not in page:
        sys.exit(f"{PAGE.name} has no marks for the drawing: {BEGIN} and {END}.")
    PAGE.write_text(with_drawing(page), "utf-8")


if __name__ == "__main__":
    main()
