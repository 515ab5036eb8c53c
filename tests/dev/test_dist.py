"""`make dist`: a wheel, an sdist and a list of what an installation consists of."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev.licences import LOCK

ROOT = Path(__file__).parents[2]
GIT = ("git", "-c", "user.name=test", "-c", "user.email=test@example.invalid")


@pytest.mark.slow
def test_the_parts_of_an_installation_are_listed_with_checksums(tmp_path: Path) -> None:
    """`dev/dist` itself compares two builds, of which the list is a part."""
    tree = tmp_path / "tree"
    tree.mkdir()
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    for name in map(os.fsdecode, filter(None, names.split(b"\0"))):
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    (tree / ".venv").symlink_to(sys.prefix)
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "tree")):
        subprocess.run([*GIT, *words], cwd=tree, check=True)
    built = subprocess.run(
        [tree / "dev" / "dist"], capture_output=True, text=True, check=False, timeout=250
    )
    assert built.returncode == 0, built.stderr
    assert "Warning" not in built.stderr
    [path] = (tree / "dist").glob("*.cdx.json")
    assert path.name.startswith("antiphon-")
    assert path.name in built.stdout
    parts = json.loads(path.read_text("utf-8"))
    assert parts["metadata"]["component"]["name"] == "antiphon"
    pinned = [
        line.partition(" ")[0].split("==")
        for line in LOCK.read_text("utf-8").splitlines()
        if not line.startswith((" ", "#"))
    ]
    assert [[each["name"], each["version"]] for each in parts["components"]] == pinned
    assert all(each["externalReferences"][0]["hashes"] for each in parts["components"])
