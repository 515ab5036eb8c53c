"""The command line beside a JACK server of its own."""

import os

from gui.bench.jack_rig import jack_server
from gui.commands import cli

if __name__ == "__main__":
    with jack_server() as server:
        os.environ["JACK_DEFAULT_SERVER"] = server
        cli.main()
