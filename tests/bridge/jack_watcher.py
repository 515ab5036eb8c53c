"""Watch a JACK server: a line is written for each period that it loses, until the input ends.

A process of its own, since one process can be a client of one server at a time.
"""

import os
import sys

import jack

client = jack.Client("watcher", servername=sys.argv[1], no_start_server=True)
client.set_xrun_callback(lambda _delayed_us: os.write(1, b"lost\n"))
with client:
    os.write(1, b"ready\n")
    sys.stdin.read()
