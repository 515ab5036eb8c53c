"""The real part of the soak: real processes, a real JACK server, real time.

A player plays all the time. Something is changed every few seconds, and after some seconds a fault
is tried. All faults are tried in a random order before one is tried again. A trial is judged by
what its row in `tests.soak.faults` says must hold.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bridge.system.units import SECOND
from export.runtime.artefact import load_default_artefact
from tests.soak.band_room import Room
from tests.soak.faults import FAULTS, RealFault
from tests.soak.outcome import Part, Trial
from tests.soak.programs import Folder
from tests.soak.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BETWEEN_S, CHANGE_S = (4.0, 12.0), (0.5, 4.0)
MUSIC_FROM_NS = SECOND // 5
"""What is heard sooner after a fault may have been sent before."""


def soak(
    part: Part,
    minutes: float,
    *,
    isolated: bool,
    tolerance: float = 1.0,
    only: Sequence[str] = (),
    tell: Callable[[float, str], None] = lambda _, __: None,
) -> None:
    """Soak for some minutes; `only` names the faults to try, else all are."""
    random = Random(part.seed)
    styles = tuple(load_default_artefact().style_names)
    room = Room(f"soak-{part.seed}-{random.randrange(10**6)}", Random(part.seed + 1))
    with tempfile.TemporaryDirectory(prefix="antiphon-soak-") as root:
        stage = Stage(
            part, room, Folder(Path(root)), random, styles, isolated=isolated, tolerance=tolerance
        )
        try:
            room.open()
            _run(stage, minutes, _possible(stage, only), tell)
            stage.last = "the end"
            _, broken = stage.end_program()
            for text in broken:
                stage.broke(text)
        finally:
            stage.close()
        part.minutes = stage.now_s / 60
        part.wall_s = stage.now_s
        stage.conclude()


def _possible(stage: Stage, only: Sequence[str]) -> list[RealFault]:
    """Return the faults that can be tried here; the others are named in the part."""
    found = []
    for fault in FAULTS:
        if only and fault.name not in only:
            continue
        if fault.needs == "disk" and not stage.isolated:
            stage.part.left_out[fault.name] = "no file system can be mounted here"
        elif fault.needs == "wall clock" and not stage.wall_clock:
            stage.part.left_out[fault.name] = "there is no C compiler"
        else:
            found.append(fault)
    return found


def _run(
    stage: Stage, minutes: float, faults: list[RealFault], tell: Callable[[float, str], None]
) -> None:
    waiting: list[RealFault] = []
    stage.start_program()
    while stage.now_s < minutes * 60:
        if stage.program is None or not stage.program.is_running:
            stage.start_program()
        _play_for(stage, stage.random.uniform(*BETWEEN_S))
        if not waiting:
            waiting = stage.random.sample(faults, len(faults))
        kind = "" if stage.program is None else stage.program.kind
        fault = next((each for each in waiting if kind in each.programs), None)
        if fault is None:  # those that are left are for the other program
            _switch(stage, "jam" if kind == "window" else "window")
            continue
        waiting.remove(fault)
        tell(stage.now_s / 60, fault.name)
        _try(stage, fault)


def _play_for(stage: Stage, seconds: float) -> None:
    end_s = stage.now_s + seconds
    while stage.now_s < end_s:
        stage.wait(min(stage.random.uniform(*CHANGE_S), max(0.1, end_s - stage.now_s)))
        stage.change()


def _switch(stage: Stage, kind: str) -> None:
    stage.last = "the end of a program"
    _, broken = stage.end_program()
    for text in broken:
        stage.broke(text)
    stage.start_program(kind)


def _try(stage: Stage, fault: RealFault) -> None:
    """Do a fault, and judge it."""
    room = stage.room
    before = {role: process.pid for role, process in stage.roles().items()}
    began_ns = stage.begin_fault(fault.name)
    began_s = stage.now_s
    broken = fault.act(stage)
    back_s = None
    for role, within_s in fault.back.items():
        took_s = _await_role(stage, role, before.get(role), within_s, began_s)
        if took_s is None or took_s > within_s * stage.tolerance:
            shown = "not" if took_s is None else f"after {took_s:.1f} s"
            broken.append(f"{role} is back {shown}, not within {within_s:g} s")
        if took_s is not None:
            back_s = max(took_s, back_s or 0.0)
    if fault.released_s is not None:
        broken += stage.check_released(began_ns, fault.released_s)
    stage.end_fault()
    ended_ns = room.clock.now_ns()
    music_s = None
    if stage.program is not None and stage.program.is_running:
        music_s = _await_music(stage, ended_ns, fault.music_s * stage.tolerance)
    else:
        broken.append(f"Antiphon has ended{stage.last_words()}")
    if music_s is None:
        played = sum(strike.at_ns > ended_ns for strike in room.played)
        broken.append(
            f"no music within {fault.music_s:g} s after {played} notes ({stage.describe()})"
        )
    stage.part.trials.append(
        Trial(fault.name, began_s, stage.second(ended_ns), tuple(broken), back_s, music_s)
    )
    if music_s is None:  # the next trial needs a program that plays
        stage.end_program()
        stage.start_program()


def _await_role(
    stage: Stage, role: str, before: int | None, within_s: float, began_s: float
) -> float | None:
    """Wait until a process of the role is there under another number; return how long it took."""

    def is_back() -> bool:
        process = stage.roles().get(role)
        return process is not None and process.pid != before

    timeout_s = 3 * within_s * stage.tolerance - (stage.now_s - began_s)
    return stage.now_s - began_s if stage.until(is_back, timeout_s) is not None else None


def _await_music(stage: Stage, ended_ns: int, within_s: float) -> float | None:
    """Let the player play short phrases with pauses until music is heard; return how long."""
    since_ns = ended_ns + MUSIC_FROM_NS
    stage.room.ask_phrase()
    began_s = stage.now_s
    while stage.now_s - began_s < within_s:
        stage.until(lambda: stage.room.ledger.first_since(since_ns) is not None, 4.0)
        if (heard_ns := stage.room.ledger.first_since(since_ns)) is not None:
            return (heard_ns - ended_ns) / SECOND
        stage.room.ask_phrase()
    return None
