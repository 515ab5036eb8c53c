"""Watch a JACK server: answer each input line with the number of periods that it has lost.

It is a separate process, because a process can be a client of only one server at a time.
"""

import sys

import jack

client = jack.Client("watcher", servername=sys.argv[1], no_start_server=True)
lost_us: list[float] = []
client.set_xrun_callback(lost_us.append)
with client:
    for _ in sys.stdin:
        sys.stdout.write(f"{len(lost_us)}\n")
        sys.stdout.flush()
