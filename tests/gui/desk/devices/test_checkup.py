"""A checkup, stepped through its stages with a real session and a simulated world."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.messages.requests import Audition, ChangeSettings, End, Request, Start, Stop
from bridge.messages.settings import Settings, TimeSettings
from bridge.messages.snapshot import Snapshot, TurnState
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
        self.tell(*world)

    def feed(self, *items: Inbox) -> None:
        """Pass items to the session, and count the notes that it sends."""
        for message in self.session.step(self.now_ns, items).to_io:
            if isinstance(message, Play):
                self.played += sum(isinstance(due.event, NoteOn) for due in message.events)

    def ask(self, requests: tuple[Request, ...]) -> None:
        self.asked += requests
        self.tell(*requests)

    def goes_on(self, for_ns: int) -> Iterator[Snapshot]:
        """Let time pass while the checkup runs; yield the snapshots."""
        end_ns = self.now_ns + for_ns
        while self.now_ns < end_ns and self.checkup.is_running:
            self.tell()
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

    def told(self, title: str) -> tuple[CheckStatus, str]:
        return self.found(title).status, self.said(title)

    def advised(self) -> list[int]:
        """Return the advised advance in a list, or an empty one."""
        advance_ns = self.checkup.advance_ns
        return [] if advance_ns is None else [advance_ns]

    def signs(self) -> list[CheckStatus]:
        return [finding.status for finding in self.checkup.findings]


def test_findings_are_pending_before_the_start() -> None:
    consulting = Consulting(READY)
    assert consulting.signs() == [CheckStatus.PENDING] * 4
    consulting.to_its_end()
    assert consulting.asked == []


def test_without_a_loop_no_round_trip_is_measured() -> None:
    consulting = Consulting(READY)
    consulting.checkup.start()
    consulting.until(TurnState.ANSWERING)
    assert consulting.checkup.asks_if_heard
    consulting.to_its_end()
    assert consulting.asked == [Audition(TEST_PHRASE)]
    assert consulting.played == len(TEST_PHRASE.notes)
    assert consulting.session.state is TurnState.STOPPED
    assert consulting.signs() == [
        CheckStatus.OK,
        CheckStatus.QUESTION,
        CheckStatus.OK,
        CheckStatus.PENDING,
    ]
    assert "connect the output to the input" in consulting.said("Round trip")
    assert consulting.advised() == []
    consulting.checkup.record_answer(heard=True)
    assert consulting.found("Test notes").status is CheckStatus.OK
    assert not consulting.checkup.asks_if_heard


def test_a_running_session_runs_on_afterwards() -> None:
    consulting = Consulting(READY, Start())
    consulting.checkup.start()
    consulting.to_its_end()
    assert consulting.session.state is TurnState.LISTENING


def test_a_loop_is_found_and_its_round_trip_advised() -> None:
    consulting = Consulting(READY, EchoDetected((400 * MS,)))  # earlier, and of other notes
    consulting.checkup.start()
    consulting.until(TurnState.ANSWERING)
    assert consulting.found("Echoes").status is CheckStatus.PENDING
    consulting.tell(EchoDetected((12 * MS, 12_340_000, 13 * MS)))
    next(consulting.goes_on(SECOND))
    assert consulting.found("Echoes").status is CheckStatus.WARNING
    assert consulting.advised() == [], "still being measured"
    consulting.to_its_end()
    assert "12.3 ms" in consulting.said("Round trip")
    assert consulting.advised() == [12_300_000]
    # It follows the settings, and ignores later echoes.
    settings = Settings(time=TimeSettings(advance_ns=12_300_000))
    consulting.tell(ChangeSettings(settings), EchoDetected((90 * MS,)))
    consulting.checkup.step(consulting.now_ns, consulting.session.snapshot(consulting.now_ns))
    assert consulting.advised() == []
    assert consulting.told("Round trip") == (
        CheckStatus.OK,
        "A note takes 12.3 ms out and back, and is sent so much earlier.",
    )


def test_it_waits_for_echoes_after_the_last_note() -> None:
    consulting = Consulting(READY)
    consulting.checkup.start()
    consulting.until(TurnState.ANSWERING)
    consulting.until(TurnState.STOPPED)
    list(consulting.goes_on(SECOND // 2))
    consulting.tell(EchoDetected((150 * MS,)))
    consulting.to_its_end()
    assert consulting.found("Echoes").status is CheckStatus.WARNING


@pytest.mark.parametrize("delay_ns", [-200_000, 400_000])
def test_an_inaudible_round_trip_needs_no_advance(delay_ns: int) -> None:
    consulting = Consulting(READY)
    consulting.checkup.start()
    consulting.until(TurnState.ANSWERING)
    consulting.tell(EchoDetected((delay_ns,)))
    consulting.to_its_end()
    assert consulting.advised() == []
    assert consulting.found("Round trip").status is CheckStatus.OK


@pytest.mark.parametrize(
    "world, word",
    [
        ((READY,), "Connect Antiphon:out"),
        ((Ready("rtmidi", "keys", "synth"), PortNames(("keys",), ("synth",))), "switched on"),
        ((Plugins((PluginInstance(1, None, listens=True, playing=True),)),), "plugin"),
    ],
)
def test_without_sound_it_names_a_remedy(world: tuple[Inbox, ...], word: str) -> None:
    consulting = Consulting(*world)
    consulting.checkup.start()
    consulting.until(TurnState.ANSWERING)
    consulting.checkup.record_answer(heard=False)
    consulting.to_its_end()
    assert consulting.found("Ports").status is CheckStatus.OK
    assert consulting.found("Test notes").status is CheckStatus.FAILED
    assert word in consulting.said("Test notes")


def test_without_sound_from_the_synth_it_names_the_reason() -> None:
    consulting = Consulting(READY)
    consulting.checkup.start()
    consulting.until(TurnState.ANSWERING)
    consulting.checkup.record_answer(heard=False)
    shown = consulting.session.snapshot(consulting.now_ns)
    consulting.tell(OutputConnected(connected=True))
    patched = consulting.session.snapshot(consulting.now_ns)
    for told, word in (
        (
            replace(shown, synth_status=SynthReady(1, "JACK", 0)),
            "through JACK: see that the speakers",
        ),
        (
            replace(shown, synth_status=NoSoundFont(), synth_failed=True),
            "There is no sound font: install",
        ),
        (patched, "What is connected to Antiphon:out"),
    ):
        consulting.checkup.step(consulting.now_ns, told)
        assert word in consulting.said("Test notes")


def test_without_ports_it_names_a_remedy_and_plays_nothing() -> None:
    consulting = Consulting(Problem(NoJackServer()))
    consulting.checkup.start()
    consulting.to_its_end()
    assert consulting.signs() == [CheckStatus.FAILED, *[CheckStatus.PENDING] * 3]
    assert consulting.said("Ports") == str(advice.midi_remedy("linux"))
    assert consulting.asked == []


def test_ports_may_take_a_while_to_open() -> None:
    consulting = Consulting()
    consulting.checkup.start()
    list(consulting.goes_on(PORTS_TIMEOUT_NS - SECOND))
    assert consulting.told("Ports") == (CheckStatus.PENDING, "Opening ...")
    consulting.tell(READY)
    consulting.to_its_end()
    assert consulting.found("Ports").status is CheckStatus.OK


def test_it_fails_if_ports_never_open() -> None:
    consulting = Consulting()
    consulting.checkup.start()
    began_ns = consulting.now_ns
    consulting.to_its_end()
    assert consulting.now_ns - began_ns == PORTS_TIMEOUT_NS + STEP_NS
    assert consulting.found("Ports").status is CheckStatus.FAILED


def test_a_lost_port_is_reported() -> None:
    consulting = Consulting(READY, Problem(JackGone()))
    consulting.checkup.start()
    consulting.to_its_end()
    assert consulting.told("Ports") == (
        CheckStatus.WARNING,
        "The JACK server has gone; the ports come back with it.",
    )


def key(consulting: Consulting, pitch: int) -> Received:
    return Received((TimedEvent(consulting.now_ns, NoteOn(0, pitch, 80)),))


def test_it_waits_until_the_player_pauses() -> None:
    consulting = Consulting(READY, Start())
    consulting.tell(key(consulting, 50))
    consulting.checkup.start()
    list(consulting.goes_on(SECOND // 10))
    assert consulting.asked == []
    assert "until nobody plays" in consulting.said("Test notes")
    consulting.tell(Stop())
    consulting.to_its_end()
    assert consulting.asked == [Audition(TEST_PHRASE)]


def test_playing_ends_it() -> None:
    consulting = Consulting(READY)
    consulting.checkup.start()
    consulting.until(TurnState.ANSWERING)
    consulting.tell(key(consulting, 50))
    consulting.to_its_end()
    assert "came in" in consulting.said("Test notes")
    assert consulting.told("Echoes") == (CheckStatus.PENDING, "Not checked.")
    assert not consulting.checkup.asks_if_heard
    assert consulting.session.state is TurnState.PLAYER


def test_cancelling_silences_it_at_once() -> None:
    consulting = Consulting(READY)
    consulting.checkup.start()
    consulting.until(TurnState.ANSWERING)
    consulting.ask(consulting.checkup.cancel())
    assert consulting.asked == [Audition(TEST_PHRASE), End()]
    assert not consulting.checkup.is_running
    assert consulting.session.state is TurnState.STOPPED
    assert consulting.said("Test notes") == "Cancelled."
    assert consulting.checkup.cancel() == ()


def test_it_fails_if_the_engine_does_not_play() -> None:
    checkup = Checkup("linux")
    shown = replace(Session(Settings()).snapshot(0), backend="jack")
    checkup.start()
    for now_ns in range(0, AUDITION_TIMEOUT_NS + SECOND, STEP_NS):
        checkup.step(now_ns, shown)
    assert not checkup.is_running
    assert "did not play" in str(checkup.findings[1].sentence)


def test_it_can_be_repeated() -> None:
    consulting = Consulting(READY)
    for _ in range(2):
        consulting.checkup.start()
        assert consulting.signs() == [CheckStatus.PENDING] * 4
        consulting.to_its_end()
        consulting.checkup.record_answer(heard=True)
        assert consulting.signs() == [
            CheckStatus.OK,
            CheckStatus.OK,
            CheckStatus.OK,
            CheckStatus.PENDING,
        ]
    assert consulting.asked == [Audition(TEST_PHRASE)] * 2


def test_with_a_transport_it_starts_on_a_bar() -> None:
    consulting = Consulting(READY, settings=Settings(time=TimeSettings(bpm=60.0)))
    consulting.checkup.start()
    consulting.to_its_end()
    assert consulting.signs() == [
        CheckStatus.OK,
        CheckStatus.QUESTION,
        CheckStatus.OK,
        CheckStatus.PENDING,
    ]
