"""List the sockets of this machine that another program can reach, until a line is read.

It prints how often it has looked, and the inode of every Unix or TCP socket that listens and of
every UDP socket. If root runs it, it becomes another user first.
"""

import os
import select
import sys
from pathlib import Path

ACCEPTS = 1 << 16  # __SO_ACCEPTCON, the flag of a Unix socket that listens
TCP_LISTEN = "0A"
NOBODY = 65534


def reachable() -> set[str]:
    """Return the inodes."""
    found = set()
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[3], 16) & ACCEPTS:
            found.add(fields[6])
    for name in ("tcp", "tcp6", "udp", "udp6"):
        table = Path("/proc/net") / name
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if name.startswith("udp") or fields[3] == TCP_LISTEN:
                found.add(fields[9])
    return found


if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
found = set[str]()
looks = 0
sys.stdout.write("looking\n")
sys.stdout.flush()
while not select.select([sys.stdin], [], [], 0)[0]:
    found |= reachable()
    looks += 1
sys.stdout.write(" ".join([str(looks), *found]))
