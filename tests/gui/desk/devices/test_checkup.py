"""A checkup, stepped through its stages with a real session and a simulated world."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.messages.requests import Audition, ChangeSettings, End, Request, Start, Stop
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.messages.time_settings import TimeSettings
from bridge.midi.events import NoteOn, TimedEvent
from bridge.playout.problem import JackGone, NoJackServer
from bridge.playout.protocol import (
    EchoDetected,
    OutputConnected,
    Play,
    PluginInstance,
    Plugins,
    PortNames,
    Problem,
    Ready,
    Received,
)
from bridge.session.session import Inbox, Session
from bridge.synth.policy import SynthReady
from bridge.synth.reason import NoSoundFont
from bridge.system.units import MS, SECOND
from gui.desk.devices.checkup import (
    AUDITION_TIMEOUT_NS,
    PORTS_TIMEOUT_NS,
    TEST_PHRASE,
    CheckStatus,
    Checkup,
    Finding,
)
from gui.wording import advice

READY = Ready("jack", "Antiphon:in", "Antiphon:out")
STEP_NS = 20 * MS


class CheckupRun:
    """A checkup, its session, and the time of both."""

    def __init__(self, *world: Inbox, settings: Settings | None = None) -> None:
        self.checkup = Checkup("linux")
        self.session = Session(settings or Settings())
        self.now_ns = 7 * SECOND
        self.asked: list[Request] = []
        self.played = 0
        self.feed(*world)

    def feed(self, *items: Inbox) -> None:
        """Pass items to the session, and count the notes that it sends."""
        for message in self.session.step(self.now_ns, items).to_io:
            if isinstance(message, Play):
                self.played += sum(isinstance(due.event, NoteOn) for due in message.events)

    def ask(self, requests: tuple[Request, ...]) -> None:
        self.asked += requests
        self.feed(*requests)

    def goes_on(self, for_ns: int) -> Iterator[Snapshot]:
        """Let time pass while the checkup runs; yield the snapshots."""
        end_ns = self.now_ns + for_ns
        while self.now_ns < end_ns and self.checkup.is_running:
            self.feed()
            shown = self.session.snapshot(self.now_ns)
            self.ask(self.checkup.step(self.now_ns, shown))
            yield shown
            self.now_ns += STEP_NS

    def until(self, state: TurnState) -> None:
        """Let time pass until the session is in a state."""
        assert any(shown.state is state for shown in self.goes_on(10 * SECOND))

    def to_its_end(self) -> None:
        list(self.goes_on(20 * SECOND))
        assert not self.checkup.is_running

    def found(self, title: str) -> Finding:
        return next(finding for finding in self.checkup.findings if str(finding.title) == title)

    def said(self, title: str) -> str:
        return str(self.found(title).sentence)

    def finding(self, title: str) -> tuple[CheckStatus, str]:
        return self.found(title).status, self.said(title)

    def advised(self) -> list[int]:
        """Return the advised advance in a list, or an empty one."""
        advance_ns = self.checkup.advance_ns
        return [] if advance_ns is None else [advance_ns]

    def signs(self) -> list[CheckStatus]:
        return [finding.status for finding in self.checkup.findings]


def test_findings_are_pending_before_the_start() -> None:
    checkup_run = CheckupRun(READY)
    assert checkup_run.signs() == [CheckStatus.PENDING] * 4
    checkup_run.to_its_end()
    assert checkup_run.asked == []


def test_without_a_loop_no_round_trip_is_measured() -> None:
    checkup_run = CheckupRun(READY)
    checkup_run.checkup.start()
    checkup_run.until(TurnState.ANSWERING)
    assert checkup_run.checkup.asks_if_heard
    checkup_run.to_its_end()
    assert checkup_run.asked == [Audition(TEST_PHRASE)]
    assert checkup_run.played == len(TEST_PHRASE.notes)
    assert checkup_run.session.state is TurnState.STOPPED
    assert checkup_run.signs() == [
        CheckStatus.OK,
        CheckStatus.QUESTION,
        CheckStatus.OK,
        CheckStatus.PENDING,
    ]
    assert "connect the output to the input" in checkup_run.said("Round trip")
    assert checkup_run.advised() == []
    checkup_run.checkup.record_answer(heard=True)
    assert checkup_run.found("Test notes").status is CheckStatus.OK
    assert not checkup_run.checkup.asks_if_heard


def test_a_running_session_runs_on_afterwards() -> None:
    checkup_run = CheckupRun(READY, Start())
    checkup_run.checkup.start()
    checkup_run.to_its_end()
    assert checkup_run.session.state is TurnState.LISTENING


def test_a_loop_is_found_and_its_round_trip_advised() -> None:
    checkup_run = CheckupRun(READY, EchoDetected((400 * MS,)))  # earlier, and of other notes
    checkup_run.checkup.start()
    checkup_run.until(TurnState.ANSWERING)
    assert checkup_run.found("Echoes").status is CheckStatus.PENDING
    checkup_run.feed(EchoDetected((12 * MS, 12_340_000, 13 * MS)))
    next(checkup_run.goes_on(SECOND))
    assert checkup_run.found("Echoes").status is CheckStatus.WARNING
    assert checkup_run.advised() == [], "still being measured"
    checkup_run.to_its_end()
    assert "12.3 ms" in checkup_run.said("Round trip")
    assert checkup_run.advised() == [12_300_000]
    # It follows the settings, and ignores later echoes.
    settings = Settings(time=TimeSettings(advance_ns=12_300_000))
    checkup_run.feed(ChangeSettings(settings), EchoDetected((90 * MS,)))
    checkup_run.checkup.step(checkup_run.now_ns, checkup_run.session.snapshot(checkup_run.now_ns))
    assert checkup_run.advised() == []
    assert checkup_run.finding("Round trip") == (
        CheckStatus.OK,
        "A note takes 12.3 ms out and back, and is sent earlier by that time.",
    )


def test_it_waits_for_echoes_after_the_last_note() -> None:
    checkup_run = CheckupRun(READY)
    checkup_run.checkup.start()
    checkup_run.until(TurnState.ANSWERING)
    checkup_run.until(TurnState.STOPPED)
    list(checkup_run.goes_on(SECOND // 2))
    checkup_run.feed(EchoDetected((150 * MS,)))
    checkup_run.to_its_end()
    assert checkup_run.found("Echoes").status is CheckStatus.WARNING


@pytest.mark.parametrize("delay_ns", [-200_000, 400_000])
def test_an_inaudible_round_trip_needs_no_advance(delay_ns: int) -> None:
    checkup_run = CheckupRun(READY)
    checkup_run.checkup.start()
    checkup_run.until(TurnState.ANSWERING)
    checkup_run.feed(EchoDetected((delay_ns,)))
    checkup_run.to_its_end()
    assert checkup_run.advised() == []
    assert checkup_run.found("Round trip").status is CheckStatus.OK


@pytest.mark.parametrize(
    "world, word",
    [
        ((READY,), "Connect Antiphon:out"),
        ((Ready("rtmidi", "keys", "synth"), PortNames(("keys",), ("synth",))), "switched on"),
        ((Plugins((PluginInstance(1, None, listens=True, playing=True),)),), "plugin"),
    ],
)
def test_without_sound_it_names_a_remedy(world: tuple[Inbox, ...], word: str) -> None:
    checkup_run = CheckupRun(*world)
    checkup_run.checkup.start()
    checkup_run.until(TurnState.ANSWERING)
    checkup_run.checkup.record_answer(heard=False)
    checkup_run.to_its_end()
    assert checkup_run.found("Ports").status is CheckStatus.OK
    assert checkup_run.found("Test notes").status is CheckStatus.FAILED
    assert word in checkup_run.said("Test notes")


def test_without_sound_from_the_synth_it_names_the_reason() -> None:
    checkup_run = CheckupRun(READY)
    checkup_run.checkup.start()
    checkup_run.until(TurnState.ANSWERING)
    checkup_run.checkup.record_answer(heard=False)
    shown = checkup_run.session.snapshot(checkup_run.now_ns)
    checkup_run.feed(OutputConnected(connected=True))
    patched = checkup_run.session.snapshot(checkup_run.now_ns)
    for snapshot, word in (
        (
            replace(shown, synth_status=SynthReady("JACK", 0)),
            "through JACK: see that the speakers",
        ),
        (
            replace(shown, synth_status=NoSoundFont(), synth_failed=True),
            "There is no sound font: install",
        ),
        (patched, "What is connected to Antiphon:out"),
    ):
        checkup_run.checkup.step(checkup_run.now_ns, snapshot)
        assert word in checkup_run.said("Test notes")


def test_without_ports_it_names_a_remedy_and_plays_nothing() -> None:
    checkup_run = CheckupRun(Problem(NoJackServer()))
    checkup_run.checkup.start()
    checkup_run.to_its_end()
    assert checkup_run.signs() == [CheckStatus.FAILED, *[CheckStatus.PENDING] * 3]
    assert checkup_run.said("Ports") == str(advice.midi_remedy("linux"))
    assert checkup_run.asked == []


def test_ports_may_take_a_while_to_open() -> None:
    checkup_run = CheckupRun()
    checkup_run.checkup.start()
    list(checkup_run.goes_on(PORTS_TIMEOUT_NS - SECOND))
    assert checkup_run.finding("Ports") == (CheckStatus.PENDING, "Opening ...")
    checkup_run.feed(READY)
    checkup_run.to_its_end()
    assert checkup_run.found("Ports").status is CheckStatus.OK


def test_it_fails_if_ports_never_open() -> None:
    checkup_run = CheckupRun()
    checkup_run.checkup.start()
    began_ns = checkup_run.now_ns
    checkup_run.to_its_end()
    assert checkup_run.now_ns - began_ns == PORTS_TIMEOUT_NS + STEP_NS
    assert checkup_run.found("Ports").status is CheckStatus.FAILED


def test_a_lost_port_is_reported() -> None:
    checkup_run = CheckupRun(READY, Problem(JackGone()))
    checkup_run.checkup.start()
    checkup_run.to_its_end()
    assert checkup_run.finding("Ports") == (
        CheckStatus.WARNING,
        "The JACK server has gone; the ports come back with it.",
    )


def key(checkup_run: CheckupRun, pitch: int) -> Received:
    return Received((TimedEvent(checkup_run.now_ns, NoteOn(0, pitch, 80)),))


def test_it_waits_until_the_player_pauses() -> None:
    checkup_run = CheckupRun(READY, Start())
    checkup_run.feed(key(checkup_run, 50))
    checkup_run.checkup.start()
    list(checkup_run.goes_on(SECOND // 10))
    assert checkup_run.asked == []
    assert "pause in the playing" in checkup_run.said("Test notes")
    checkup_run.feed(Stop())
    checkup_run.to_its_end()
    assert checkup_run.asked == [Audition(TEST_PHRASE)]


def test_playing_ends_it() -> None:
    checkup_run = CheckupRun(READY)
    checkup_run.checkup.start()
    checkup_run.until(TurnState.ANSWERING)
    checkup_run.feed(key(checkup_run, 50))
    checkup_run.to_its_end()
    assert "interrupted" in checkup_run.said("Test notes")
    assert checkup_run.finding("Echoes") == (CheckStatus.PENDING, "Not checked.")
    assert not checkup_run.checkup.asks_if_heard
    assert checkup_run.session.state is TurnState.PLAYER


def test_cancelling_silences_it_at_once() -> None:
    checkup_run = CheckupRun(READY)
    checkup_run.checkup.start()
    checkup_run.until(TurnState.ANSWERING)
    checkup_run.ask(checkup_run.checkup.cancel())
    assert checkup_run.asked == [Audition(TEST_PHRASE), End()]
    assert not checkup_run.checkup.is_running
    assert checkup_run.session.state is TurnState.STOPPED
    assert checkup_run.said("Test notes") == "Cancelled."
    assert checkup_run.checkup.cancel() == ()


def test_it_fails_if_the_engine_does_not_play() -> None:
    checkup = Checkup("linux")
    shown = replace(Session(Settings()).snapshot(0), backend="jack")
    checkup.start()
    for now_ns in range(0, AUDITION_TIMEOUT_NS + SECOND, STEP_NS):
        checkup.step(now_ns, shown)
    assert not checkup.is_running
    assert "did not play" in str(checkup.findings[1].sentence)


def test_it_can_be_repeated() -> None:
    checkup_run = CheckupRun(READY)
    for _ in range(2):
        checkup_run.checkup.start()
        assert checkup_run.signs() == [CheckStatus.PENDING] * 4
        checkup_run.to_its_end()
        checkup_run.checkup.record_answer(heard=True)
        assert checkup_run.signs() == [
            CheckStatus.OK,
            CheckStatus.OK,
            CheckStatus.OK,
            CheckStatus.PENDING,
        ]
    assert checkup_run.asked == [Audition(TEST_PHRASE)] * 2


def test_with_a_transport_it_starts_on_a_bar() -> None:
    checkup_run = CheckupRun(READY, settings=Settings(time=TimeSettings(bpm=60.0)))
    checkup_run.checkup.start()
    checkup_run.to_its_end()
    assert checkup_run.signs() == [
        CheckStatus.OK,
        CheckStatus.QUESTION,
        CheckStatus.OK,
        CheckStatus.PENDING,
    ]
