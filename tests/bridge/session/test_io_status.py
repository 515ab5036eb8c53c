"""The status of the session, report by report."""

from dataclasses import fields, replace

import pytest

from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.playout import protocol
from bridge.playout.problem import IoExited, IoRestarted, IoSilent, JackGone, NoSuchPort, PortGone
from bridge.session.io_status import IoStatus, log_line, with_io_status
from bridge.synth.policy import SynthReady

NO_PORT = NoSuchPort("harp", ())
NOTHING = Snapshot(
    0,
    TurnState.STOPPED,
    Settings(),
    (),
    problem=PortGone("piano"),
    echo_count=2,
    ports_closed=True,
)
AGAIN = IoRestarted(None, 1)
PLUGIN = protocol.PluginInstance(1, None, listens=True, playing=False)
LATE = protocol.Lateness((100,), (3, 1), 250)


@pytest.mark.parametrize(
    "news, known, line",
    [
        (
            protocol.Ready("jack", "in", "out"),
            {
                "backend": "jack",
                "input_name": "in",
                "output_name": "out",
                "problem": None,
                "ports_closed": False,
            },
            ("ready", None, "jack"),
        ),
        (protocol.PortNames(("a",), ("b",)), {"inputs": ("a",), "outputs": ("b",)}, None),
        (protocol.KeyboardHeard("a"), {"keyboard": "a"}, ("keyboard", None, "a")),
        (protocol.EchoDetected((5, 9, 7)), {"echo_count": 5, "echo_delay_ns": 7}, ("echo", 7, "")),
        (protocol.OutputConnected(connected=True), {"output_connected": True}, None),
        (protocol.Plugins((PLUGIN,)), {"plugins": (PLUGIN,)}, ("plugins", 1, "")),
        (LATE, {"lateness": LATE}, ("lateness", 250, "")),
        (protocol.Problem(NO_PORT), {"problem": NO_PORT}, None),
        (protocol.Restarted(AGAIN), {"restarted": AGAIN}, None),
    ],
)
def test_each_report_changes_only_its_own_fields(
    news: IoStatus, known: dict[str, object], line: tuple[str, int | None, str] | None
) -> None:
    after = with_io_status(NOTHING, news)
    changed = {
        field.name: getattr(after, field.name)
        for field in fields(after)
        if getattr(after, field.name) != getattr(NOTHING, field.name)
    }
    assert changed == known
    assert log_line(news) == line


def test_a_process_that_is_back_solves_its_own_problems_only() -> None:
    for problem in (IoExited(), IoSilent()):
        broken = with_io_status(NOTHING, protocol.Problem(problem))
        assert broken.sends_nothing
        back = with_io_status(broken, protocol.Restarted(AGAIN))
        assert (back.problem, back.sends_nothing, back.restarted) == (None, False, AGAIN)
        assert with_io_status(back, protocol.Restarted(None)).restarted == AGAIN
    broken = with_io_status(NOTHING, protocol.Problem(JackGone()))
    assert with_io_status(broken, protocol.Restarted(AGAIN)).problem == JackGone()


def test_without_ports_plugins_and_synth_there_is_no_outlet() -> None:
    closed = with_io_status(NOTHING, protocol.PortsClosed())
    assert closed.has_no_outlet
    assert not with_io_status(closed, protocol.Plugins((PLUGIN,))).has_no_outlet
    assert not replace(closed, synth_status=SynthReady("JACK", 0)).has_no_outlet
    assert not with_io_status(closed, protocol.Ready("jack", "in", "out")).has_no_outlet
