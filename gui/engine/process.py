"""The engine: connects the session to the world.

One loop owns everything. It waits for the MIDI I/O process, for the composer and for the clients,
passes their messages to the pure session, and carries out what the session decides. It never waits
past the session's next deadline. Headless, it runs in the command's own process. For the window it
is a process of its own (`python -m gui.engine.process`), which reads requests from the pipe and
writes snapshots to it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Self

from bridge.io.handle import BackendName
from bridge.messages.processor import Processor
from bridge.messages.requests import ChangeSettings, Refused, Request, Start, Stop
from bridge.messages.settings import MAX_CANDIDATES, WINDOW_SETTINGS, Settings
from bridge.messages.snapshot import LogEntry, Snapshot
from bridge.playout import protocol
from bridge.session.session import Inbox, Session
from bridge.synth.cable import make_cable
from bridge.system.clock import Clock, SystemClock
from bridge.system.pipe import join_parent
from bridge.system.real_time import exit_terminated, leave_end_to_parent, share_interpreter
from bridge.system.units import SECOND
from export.runtime.artefact import Artefact, UnknownStyleError
from export.runtime.calibration import make_tuned_decoder
from export.runtime.composer import Composer
from export.runtime.composer_thread import ComposerThread
from export.runtime.provider import preload_cuda
from export.styles.own import load_installed_artefact
from gui.diagnostics.log import hand_over_records
from gui.engine.io_supervisor import IoSupervisor
from gui.engine.played_journal import MAX_WAIT_S, PlayedJournal, open_journal
from gui.engine.recording import provenance
from gui.engine.session_log import SessionLog
from gui.engine.snapshots import Capture, Captured, Packer
from gui.engine.synth_supervisor import SynthSupervisor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from socket import socket

    from bridge.history.record import Record
    from bridge.midi.events import TimedEvent

_FRAME_NS = SECOND // 60
_MAX_WAIT_S = 1.0
_MAX_INBOX = 64  # messages in one step; the others wait for the next
_MAX_REQUESTS = 64  # of a window, between two steps


class Engine:
    """A running session with its ports and its composer."""

    # More than 12 attributes: each is a part that the engine connects, or what it knows of one.

    def __init__(
        self,
        artefact: Artefact,
        settings: Settings,
        *,
        backend: BackendName = "auto",
        clock: Clock | None = None,
        journal: PlayedJournal | None = None,
    ) -> None:
        """Start the MIDI I/O process and the composer.

        What is played goes into a journal. If an earlier engine began it, its history goes on.

        Raises:
            bridge.system.pipe.ChildError: the MIDI I/O process does not start.

        """
        share_interpreter()  # with the composer
        self._artefact = artefact
        self._clock = clock or SystemClock()
        self._cable = make_cable()
        self._io = IoSupervisor(backend, self._cable[0], self.now_ns)
        self._io.send(protocol.ListPorts(), self.now_ns)
        preload_cuda()
        self._processor: Processor | None = None  # set once the composer's thread has found out
        self._composer = ComposerThread(self._make_composer)
        self._session = Session(settings, None if journal is None else journal.past)
        self._log, self._journal = SessionLog(), journal
        self._synth, self._closing = SynthSupervisor(self._cable[1]), False
        self._requested_output: str | None = None
        self._named_output_open = False  # whether that port is open
        self._pending: list[Inbox] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_composer(self) -> Composer:
        decoder = make_tuned_decoder(self._artefact, rows=MAX_CANDIDATES)
        self._processor = decoder.processor
        return Composer(self._artefact, decoder)

    @property
    def io_process_id(self) -> int:
        """The id of the MIDI I/O process, for diagnostics."""
        return self._io.process_id

    @property
    def now_ns(self) -> int:
        """The time on the session clock."""
        return self._clock.now_ns()

    def post(self, request: Request) -> None:
        """Post a request, which the next `poll` carries out.

        A panic also goes to the MIDI I/O process at once: the next step may be long.
        """
        if isinstance(request, protocol.Panic):
            self._io.send(request, self.now_ns)
        if isinstance(request, ChangeSettings):
            try:
                self._artefact.blend(dict(request.settings.style))
            except UnknownStyleError as error:
                self._pending.append(Refused(error.reason))
                return
            self._log.write_change(self._session.settings, request.settings)
        self._pending.append(request)

    def inject(self, events: Sequence[TimedEvent]) -> None:
        """Inject events as the player's, each at its time, as if from a port."""
        self._io.send(protocol.Inject(tuple(events)), self.now_ns)

    def poll(self, until_ns: int, clients: Sequence[Connection | socket] = ()) -> list[LogEntry]:
        """Wait for an event, at most until a time, and carry out what follows.

        It also ends when one of the `clients` can be read.
        Return the entries for the log.
        """
        dues = (until_ns, self._session.deadline_ns(), self._io.due_ns)
        now_ns = self.now_ns
        wake_ns = min(due_ns for due_ns in dues if due_ns is not None)
        longest_s = _MAX_WAIT_S if self._journal is None else MAX_WAIT_S
        timeout = min(longest_s, max(0.0, (wake_ns - now_ns) / 1e9))
        sources = [
            self._composer.connection,
            *clients,
            *self._synth.connections,
            *self._io.connections,
        ]
        wait(sources, 0.0 if self._pending else timeout)
        inbox, self._pending = self._pending, []
        inbox += self._io.poll(self.now_ns)
        while len(inbox) < _MAX_INBOX and self._composer.connection.poll():
            inbox.append(self._composer.connection.recv())
        for item in inbox:
            self._update_output_state(item)
        outcome = self._session.step(self.now_ns, inbox)
        for to_io in outcome.to_io:
            if isinstance(to_io, protocol.OpenPorts):
                self._requested_output, self._named_output_open = to_io.output_name, False
            self._io.send(to_io, self.now_ns)
        for to_composer in outcome.to_composer:
            self._composer.post(to_composer)
        self._update_synth()
        self._update_journal(outcome.log_entries)
        self._log.write(outcome.log_entries)
        return outcome.log_entries

    def _update_journal(self, entries: list[LogEntry]) -> None:
        """Journal what has been played; report once where else the journal is, if it is."""
        if self._journal is None:
            return
        now_ns = self.now_ns
        self._journal.update(now_ns, self._session, self._provenance, last=self._closing)
        if (trouble := self._journal.take_trouble()) is not None:
            entries.append(LogEntry(now_ns, "journal", reason=trouble))

    def _update_output_state(self, item: Inbox) -> None:
        """Update what decides whether another program sounds the notes."""
        match item:
            case Start():
                self._synth.retry()
            case protocol.Ready():
                self._named_output_open = self._requested_output is not None
                self._synth.retry()
            case protocol.OutputConnected(connected=False):  # or the port has gone
                self._named_output_open = False

    def _update_synth(self) -> None:
        """Start or end the synth, and inform the MIDI I/O process."""
        if self._closing:  # otherwise no process would end its notes
            return
        settings, now_ns = self._session.settings, self.now_ns
        told = self._synth.poll(now_ns) + self._synth.update(
            now_ns,
            settings.sound,
            plugins=self._session.status.in_host,
            named_output=self._named_output_open or self._session.status.output_connected,
            font=settings.sound_font,
        )
        for each in told:
            self._io.send(each, now_ns)

    def snapshot(self) -> Snapshot:
        """Return the state to show."""
        shown = self._session.snapshot(self.now_ns)
        hearing = self._synth
        return replace(
            shown,
            ports=self._io.ports,
            io_process_id=self._io.process_id if self._io.alive else 0,
            processor=self._processor,
            synth_status=hearing.status,
            synth_failed=hearing.has_failed,
            journal_trouble=None if self._journal is None else self._journal.trouble,
        )

    def record(self) -> Record:
        """Return the record of the session: all notes and the transports."""
        return self._session.record(self.now_ns)

    def capture(self, request: Capture) -> Captured:
        """Return the requested part of the record."""
        record = self.record()
        if request.last_ns is not None:
            record = record.last(request.last_ns)
        return Captured(record, self._provenance(self._session.settings), request.purpose)

    def _provenance(self, settings: Settings) -> str:
        return provenance(self._artefact, settings)

    def close(self) -> None:
        """Release all sounding notes, and end the process and the thread.

        The record has what was sent until then.
        """
        self._closing = True
        self._pending.append(Stop())
        self.poll(self.now_ns)
        reports = self._io.close(self.now_ns)
        self._update_journal(self._session.step(self.now_ns, reports).log_entries)
        self._synth.close()
        self._composer.close()
        for end in self._cable:
            end.close()
        if self._journal is not None:
            self._journal.close()


def serve(client: Connection, engine: Engine) -> None:
    """Carry out a window's requests and send it snapshots, until it closes its end."""
    shown_ns, packer = 0, Packer()
    shown: Snapshot | None = None
    while True:
        engine.poll(shown_ns + _FRAME_NS, [client])
        try:
            for _ in range(_MAX_REQUESTS):
                if not client.poll():
                    break
                asked = client.recv()
                if isinstance(asked, Capture):
                    client.send(engine.capture(asked))
                else:
                    engine.post(asked)
            if engine.now_ns - shown_ns < _FRAME_NS:
                continue
            snapshot = engine.snapshot()
            shown_ns = snapshot.now_ns
            if shown is None or _is_changed(snapshot, shown):
                shown = snapshot
                client.send(packer.pack(snapshot))
        except (EOFError, OSError):
            return


def _is_changed(snapshot: Snapshot, sent: Snapshot) -> bool:
    """Return whether a snapshot shows anything new; the time alone does not count, a beat does."""
    return snapshot.beat != sent.beat or replace(snapshot, now_ns=sent.now_ns) != sent


def main() -> None:
    """Run as the window's engine process, in the session of the name that is given."""
    leave_end_to_parent(exit_terminated)
    face = join_parent()
    name = sys.argv[1] if len(sys.argv) > 1 else None
    with (
        hand_over_records(),
        Engine(
            load_installed_artefact(),
            WINDOW_SETTINGS,
            journal=None if name is None else open_journal(name),
        ) as engine,
    ):
        engine.post(protocol.OpenPorts())
        serve(face, engine)


if __name__ == "__main__":
    main()
