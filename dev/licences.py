"""List the licences of all installed packages: `make licences`.

It ends with status 1 if a package that `make run` installs has a licence that is not in `ALLOWED`:
one that would change the terms under which Antiphon may be passed on. A package may offer several
licences (OR); one of them must be allowed. If it is under several at once (AND), all must be.

Packages of the extra `link` and those that only tests and training need may have other licences.
`pretty_midi` is here for its sound font, a data file under the GPL 2, which is never linked with.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "dev" / "lock-run.txt"
ALLOWED = frozenset(
    (
        *("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause"),
        *(
            "CC0-1.0",
            "ISC",
            "LGPL-2.1-or-later",
            "LGPL-3.0-only",
            "MIT",
            "MIT-0",
            "MPL-2.0",
            "PSF-2.0",
            "Zlib",
        ),
    )
)
"""SPDX identifiers. The LGPL's packages, Qt's and soxr, are loaded and can be replaced."""
OLD_NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Names that packages give which state no SPDX expression."""


def is_allowed(licence: str) -> bool:
    """Return whether an SPDX expression, or one of the old names, is satisfied by `ALLOWED`.

    "AND" binds more strongly than "OR"; an expression with parentheses is not allowed, so that a
    person reads it.
    """
    return any(
        all(
            OLD_NAMES.get(part.strip(), part.strip()) in ALLOWED
            for part in re.split(r"\bAND\b|;", choice)
        )
        for choice in re.split(r"\bOR\b", licence)
    )


def installed() -> dict[str, tuple[str, str]]:
    """Return version and licence of the installed packages by name."""
    command = [
        sys.executable,
        "-m",
        "piplicenses",
        "--from=mixed",
        "--with-system",
        "--format=json",
    ]
    listed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return {
        canonicalize_name(each["Name"]): (each["Version"], each["License"])
        for each in json.loads(listed)
    }


def names_for_running() -> set[str]:
    """Return the packages that `make run` installs on this machine."""
    lines = re.findall(r"^(\w.*?)(?: \\)?$", LOCK.read_text("utf-8"), re.MULTILINE)
    here = [
        each for each in map(Requirement, lines) if each.marker is None or each.marker.evaluate()
    ]
    return {canonicalize_name(each.name) for each in here}


def main() -> int:
    """Print a row for each package; return 1 if one that running needs is not allowed."""
    for_running = names_for_running()
    refused = []
    for name, (version, licence) in sorted(installed().items()):
        purpose = "run" if name in for_running else "test"
        print(f"{purpose:5}{name:28}{version:18}{licence}")
        if name in for_running and not is_allowed(licence):
            refused.append(name)
    for name in refused:
        print(f"dev/licences.py: {name} is needed for running, and its licence is not allowed.")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
