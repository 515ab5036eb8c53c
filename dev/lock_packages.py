"""Choose the versions of all packages, and write them with their checksums: `make lock`.

    dev/lock-run.txt    what `make run` installs: the app with the extras `sound` and `hear`
    dev/lock-test.txt   what `make test` installs: also training, tests and the tools of `make`

Both have the same versions, and the package that builds this project. They hold for every system
and every Python from 3.11 on: a line that is not for all has a marker. `dev/setup` has pip install
them, and pip refuses a file with another checksum.

torch is left out, and its libraries for GPUs: what torch depends on differs between the builds that
an index may offer under one version, with CUDA or without. `dev/setup` installs torch last, in the
version that pyproject.toml names.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = {
    "test": (ROOT / "dev" / "lock-test.txt", ("train", "dev")),
    "run": (ROOT / "dev" / "lock-run.txt", ("sound", "hear")),
}
"""For each purpose of `dev/setup` the file and the extras; the first one decides the versions."""
OLDEST_PYTHON = "3.11"
EDITABLES = "editables>=0.5,<1"
"""What hatchling asks for when a project is installed in place."""
UNLOCKED = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)$")
"""torch, and what only some of its builds need."""
HEADER = """\
# What dev/setup installs to {purpose}: versions within the ranges of pyproject.toml, and the
# checksums of their files. `make lock` renews it; do not edit it.
"""


def build_requirements() -> list[str]:
    """Return what builds this project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [*project["build-system"]["requires"], EDITABLES]


def compiled(extras: tuple[str, ...], within: Path | None) -> str:
    """Return a lock file for the project with these extras, in the versions of another lock."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "-"]
    command += ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--upgrade", "--quiet"]
    for extra in extras:
        command += ["--extra", extra]
    if within is not None:
        command += ["--constraint", str(within)]
    found = subprocess.run(
        command,
        cwd=ROOT,
        input="\n".join(build_requirements()),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return found.stdout


def locked(text: str) -> Iterator[str]:
    """Yield the lines of a lock without those of unlocked packages."""
    kept = True
    for line in text.splitlines(keepends=True):
        if not line.startswith(" "):
            kept = not UNLOCKED.match(line.partition("==")[0])
        if kept:
            yield line


def main() -> None:
    """Write both locks."""
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for purpose, (path, extras) in LOCKS.items():
            text = compiled(extras, first)
            if first is None:
                first = Path(folder, "constraints.txt")
                first.write_text(re.sub(r" \\\n(    --hash=.*\n)+", "\n", text), "utf-8")
            path.write_text(HEADER.format(purpose=purpose) + "".join(locked(text)), "utf-8")
            print(f"{path.relative_to(ROOT)}: {text.count('==')} packages")


if __name__ == "__main__":
    main()
