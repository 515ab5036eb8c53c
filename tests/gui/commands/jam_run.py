"""Test helper: `antiphon jam` in a process of its own, while another program plays to it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PLAYER = Path(__file__).with_name("jack_player.py")


def run_jam(server: str, folder: Path, played: Path, jam_s: float, *options: str) -> dict[str, Any]:
    """Play a file to a jam of `jam_s` seconds on a JACK server.

    Return what the player has played and received (`tests/gui/commands/jack_player.py`), the log of
    the jam, and the paths of its recording and of its terminal's text.
    """
    environment = os.environ | {"JACK_DEFAULT_SERVER": server}
    record, log, said = folder / "jam.mid", folder / "log.jsonl", folder / "said.txt"
    command = ["from gui.commands.cli import main; main()", "jam", "--through", "jack", *options]
    command += ["--for", str(jam_s), "--record", str(record), "--json-log", str(log)]
    with said.open("w", encoding="utf-8") as terminal:
        jamming = subprocess.Popen(
            [sys.executable, "-c", *command], env=environment, stdout=terminal
        )
        player = subprocess.run(
            [sys.executable, PLAYER, played, str(jam_s + 2)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=120,
        )
        assert jamming.wait(60) == 0
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    received: dict[str, Any] = json.loads(player.stdout)
    return received | {"log": entries, "record": record, "said": said}
