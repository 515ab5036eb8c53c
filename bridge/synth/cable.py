"""The cable to the synth: a pair of sockets that are connected to each other and to nothing else.

The engine makes the pair, and the two processes inherit one end each: the MIDI I/O process sends,
the synth receives. A process that is started again inherits the same end. A Unix pair has no name.
Windows has none, so there the pair is two UDP sockets of this machine; a connected one receives
from its peer only.

A Unix pair whose ends are connected to each other is limited by its buffer, and not by the number
of datagrams that Linux allows for others (ten). The buffer holds several hundred.
"""

import socket
import sys
from contextlib import suppress

_BUFFER_BYTES = 1 << 20
"""More than most systems grant; they then give what they allow."""


def make_cable() -> tuple[socket.socket, socket.socket]:
    """Return the two ends; neither blocks."""
    if sys.platform == "win32":  # not tested
        ends = socket.socket(type=socket.SOCK_DGRAM), socket.socket(type=socket.SOCK_DGRAM)
        for end in ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            end.bind(("127.0.0.1", 0))
        ends[0].connect(ends[1].getsockname())
        ends[1].connect(ends[0].getsockname())
    else:
        ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in ends:
        for kind in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            with suppress(OSError):  # macOS refuses a size that it does not allow
                end.setsockopt(socket.SOL_SOCKET, kind, _BUFFER_BYTES)
        end.setblocking(False)  # noqa: FBT003 - the parameter has no name
    return ends


def drain(end: socket.socket) -> None:
    """Drop all that has arrived: it was for an earlier process, or from a stranger.

    The end does not block afterwards.
    """
    end.setblocking(False)  # noqa: FBT003 - an earlier process may have changed it
    with suppress(BlockingIOError):
        while True:
            with suppress(ConnectionError):  # the peer has gone
                end.recv(1)
