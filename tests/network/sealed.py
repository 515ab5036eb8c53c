"""Test helper: run a program while its network is recorded, and list what it leaves behind.

`run_sealed` starts this file with `unshare`, as the first process of namespaces of its own. There
the loopback interface works, names are resolved by a server that records every query, and all other
traffic goes to an interface (`tun`) at whose other end this file reads every packet. Queries are
answered with an address beyond that interface, so that the connections that follow are recorded
too. /tmp, /var/tmp and /dev/shm are empty folders in memory; the home and the working folder of the
program lie in /tmp. Users other than root make the namespaces as root of a user namespace.

Sources: Linux, Documentation/networking/tuntap.rst; RFC 1035, section 4 (messages); RFC 5737 and
RFC 3849 (addresses for documentation).
"""

from __future__ import annotations

import fcntl
import ipaddress
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest

ROOT = Path(__file__).parents[2]
_PRIVATE = TEMPORARY, _, MEMORY = "/tmp", "/var/tmp", "/dev/shm"  # noqa: S108 - mounted for the program alone
HOME, WORK = Path(TEMPORARY, "home"), Path(TEMPORARY, "work")
_INTERFACE = "outside"
_OURS = (("-4", "192.0.2.1/24"), ("-6", "2001:db8::1/64"))
_ANSWERS = {1: socket.inet_aton("198.51.100.7"), 28: ipaddress.ip_address("2001:db8:1::7").packed}
"""The answer to a query, by its type: A and AAAA."""
_TUN = "/dev/net/tun"
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000  # <linux/if_tun.h>
_IPV6_HOP_BY_HOP, _ICMPV6 = 0, 58
_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


@dataclass(frozen=True, slots=True)
class Seal:
    """What a program has done: its end and its texts, what it sent, and the files it left."""

    status: int
    stdout: str
    stderr: str
    queries: list[str]
    """The names that were looked up."""
    packets: list[str]
    """Where packets went that left the machine: protocol, address and port."""
    files: list[str]
    """The files below /tmp, /var/tmp and /dev/shm."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run: words, environment, and folders that stay visible."""

    words: Sequence[str]
    variables: dict[str, str]
    kept: Sequence[str]
    limit_s: float
    until_query: bool
    """Whether to end the program as soon as it has looked up a name."""
    given: dict[str, str] = field(default_factory=dict)
    """Files to copy into the home, by the paths there."""


def run_sealed(
    *words: str,
    variables: dict[str, str] | None = None,
    limit_s: float = 250.0,
    until_query: bool = False,
    given: dict[str, str] | None = None,
) -> Seal:
    """Run a program in a new home and an empty working folder, and return what it has done.

    It gets the files of `given`, by their paths in the home. After `limit_s` it is killed.
    """
    need_namespaces()
    order = Order(
        words,
        {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        | (variables or {}),
        [str(ROOT), sys.prefix, sys.base_prefix],
        limit_s,
        until_query,
        given or {},
    )
    ran = subprocess.run(
        [*_unshare(), sys.executable, str(Path(__file__))],
        input=json.dumps(asdict(order)),
        capture_output=True,
        text=True,
        check=False,
        timeout=limit_s + 60,
    )
    assert ran.returncode == 0, ran.stderr
    return Seal(**json.loads(ran.stdout))


def need_namespaces() -> None:
    """Skip a test where the system refuses namespaces or tun, but fail if they are promised."""
    tried = subprocess.run([*_unshare(), "test", "-w", _TUN], capture_output=True, check=False)
    if shutil.which("ip") is not None and tried.returncode == 0:
        return
    text = f"this user can make no network namespace with {_TUN}, or iproute2 is missing"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


def _unshare() -> tuple[str, ...]:
    return _UNSHARE if os.getuid() == 0 else (*_UNSHARE, "--map-root-user")


# ---------------------------------------------------------------------- within the namespaces


def main() -> None:
    """Run the order on standard input, and print what the program has done."""
    order = Order(**json.load(sys.stdin))
    hide_temporary_folders(order.kept)
    queries: list[str] = []
    packets: list[str] = []
    asked = Event()
    connect_interfaces()
    ours = set(listed_files())
    Thread(target=record_packets, args=(packets,), daemon=True).start()
    Thread(target=record_queries, args=(queries, asked), daemon=True).start()
    for folder in (HOME, WORK):
        folder.mkdir()
    for name, source in order.given.items():
        (HOME / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, HOME / name)
    with subprocess.Popen(
        order.words,
        cwd=WORK,
        env={"HOME": str(HOME)} | order.variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        if order.until_query:
            asked.wait(order.limit_s)
            program.kill()
        try:
            stdout, stderr = program.communicate(timeout=order.limit_s)
        except subprocess.TimeoutExpired:
            program.kill()
            stdout, stderr = program.communicate()
    files = [each for each in listed_files() if each not in ours]
    seal = Seal(program.returncode, stdout, stderr, queries, packets, files)
    json.dump(asdict(seal), sys.stdout)


def hide_temporary_folders(kept: Sequence[str]) -> None:
    """Mount empty folders in memory, in which the kept ones are still at their places."""
    handles = [(Path(each), os.open(each, os.O_RDONLY)) for each in kept]
    for folder in _PRIVATE:
        run("mount", "-t", "tmpfs", "tmpfs", folder)
    for path, handle in handles:
        if any(path.is_relative_to(folder) for folder in _PRIVATE):
            path.mkdir(parents=True, exist_ok=True)  # a kept one may hold another
            # Under its name the folder is hidden by now; "-c" leaves the name as it is.
            run("mount", "-c", "--bind", f"/proc/self/fd/{handle}", str(path), keep=handle)
        os.close(handle)


def listed_files() -> list[str]:
    """Return the files of the folders in memory; what is mounted in them is left out."""
    found: list[Path] = []
    for folder in map(Path, _PRIVATE):
        device = folder.stat().st_dev
        for path, folders, files in os.walk(folder):
            inside = Path(path)
            folders[:] = [n for n in folders if (inside / n).lstat().st_dev == device]
            found += [inside / name for name in files]
    return sorted(map(str, found))


def connect_interfaces() -> None:
    """Switch the loopback interface on, make the one that is recorded, and choose the resolver."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "tuntap", "add", "dev", _INTERFACE, "mode", "tun")
    for family, address in _OURS:
        extra = ("nodad",) if family == "-6" else ()
        run("ip", family, "addr", "add", address, "dev", _INTERFACE, *extra)
    run("ip", "link", "set", _INTERFACE, "up", "multicast", "on")
    for family, _ in _OURS:
        run("ip", family, "route", "add", "default", "dev", _INTERFACE)
    for path, text in (
        ("/etc/resolv.conf", "nameserver 127.0.0.1\n"),
        ("/etc/nsswitch.conf", "hosts: files dns\n"),
    ):
        ours = Path(MEMORY, Path(path).name)
        ours.write_text(text)
        run("mount", "--bind", str(ours), os.path.realpath(path))


def run(*words: str, keep: int | None = None) -> None:
    """Run a command of the system; it must succeed."""
    subprocess.run(words, check=True, pass_fds=() if keep is None else (keep,))


def record_packets(packets: list[str]) -> None:
    """Append the destination of every packet that leaves the machine."""
    device = os.open(_TUN, os.O_RDWR)
    name = _INTERFACE.encode()
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name, _IFF_TUN | _IFF_NO_PI))
    while True:
        if (said := destination(os.read(device, 65536))) is not None:
            packets.append(said)


def destination(packet: bytes) -> str | None:
    """Return protocol, address and port of an IP packet; None for what IPv6 itself sends.

    An interface with IPv6 looks for routers and reports its multicast groups, whatever runs.
    """
    if packet[0] >> 4 == 4:
        protocol, address = packet[9], packet[16:20]
        rest = packet[4 * (packet[0] & 15) :]
    else:
        protocol, address = packet[6], packet[24:40]
        rest = packet[40:]
        if protocol in (_IPV6_HOP_BY_HOP, _ICMPV6):
            return None
    port = f":{struct.unpack('!H', rest[2:4])[0]}" if protocol in (6, 17) else ""
    return f"{protocol} {ipaddress.ip_address(address)}{port}"


def record_queries(queries: list[str], asked: Event) -> None:
    """Answer as a resolver, and append the names that are looked up."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    while True:
        query, sender = server.recvfrom(4096)
        labels, at = [], 12
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
            at += 1 + length
        kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
        queries.append(".".join(labels))
        asked.set()
        found = _ANSWERS.get(kind)
        head = query[:2] + struct.pack("!5H", 0x8180, 1, found is not None, 0, 0)
        told = b"" if found is None else struct.pack("!3HIH", 0xC00C, kind, 1, 60, len(found))
        server.sendto(head + query[12 : at + 5] + told + (found or b""), sender)


if __name__ == "__main__":
    main()
