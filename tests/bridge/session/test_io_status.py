"""The status of the session, report by report."""

from dataclasses import fields

import pytest

from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.playout import protocol
from bridge.playout.problem import NoSuchPort, PortGone
from bridge.session.io_status import IoStatus, log_line, with_io_status

NO_PORT = NoSuchPort("harp", ())
NOTHING = Snapshot(0, TurnState.STOPPED, Settings(), (), problem=PortGone("piano"), echo_count=2)
PLUGIN = protocol.PluginInstance(1, None, listens=True, playing=False)
LATE = protocol.Lateness((100,), (3, 1), 250)


@pytest.mark.parametrize(
    "news, known, line",
    [
        (
            protocol.Ready("jack", "in", "out"),
            {"backend": "jack", "input_name": "in", "output_name": "out", "problem": None},
            ("ready", None, "jack"),
        ),
        (protocol.PortNames(("a",), ("b",)), {"inputs": ("a",), "outputs": ("b",)}, None),
        (protocol.KeyboardHeard("a"), {"keyboard": "a"}, ("keyboard", None, "a")),
        (protocol.EchoDetected((5, 9, 7)), {"echo_count": 5, "echo_delay_ns": 7}, ("echo", 7, "")),
        (protocol.OutputConnected(connected=True), {"output_connected": True}, None),
        (protocol.Plugins((PLUGIN,)), {"plugins": (PLUGIN,)}, ("plugins", 1, "")),
        (LATE, {"lateness": LATE}, ("lateness", 250, "")),
        (protocol.Problem(NO_PORT), {"problem": NO_PORT}, None),
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
