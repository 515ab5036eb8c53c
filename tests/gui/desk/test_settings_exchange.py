"""The settings on their way: the engine's are shown unless a request is in progress."""

import pytest
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from gui.desk import settings_exchange
from gui.desk.settings_exchange import SettingsExchange

OLD, NEW, KNOB = Settings(bars=1), Settings(bars=2), Settings(bars=3)


@pytest.fixture
def exchange() -> SettingsExchange:
    return SettingsExchange()


def test_new_settings_of_the_engine_are_shown_once(exchange: SettingsExchange) -> None:
    assert exchange.receive(OLD)
    assert not exchange.receive(OLD)
    assert exchange.receive(KNOB)
    assert exchange.shown == KNOB


def test_earlier_settings_are_not_shown_during_a_request(exchange: SettingsExchange) -> None:
    exchange.receive(OLD)
    exchange.request(NEW)
    assert not exchange.receive(OLD)
    assert not exchange.receive(NEW)  # the controls show them already
    assert exchange.requested is None
    assert exchange.receive(OLD)  # now the engine has changed them


def test_a_request_that_is_not_adopted_is_given_up(
    exchange: SettingsExchange, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_exchange, "_GRACE_MS", 0)
    exchange.request(NEW)
    qtbot.waitUntil(lambda: exchange.receive(OLD))
    assert (exchange.requested, exchange.shown) == (None, OLD)


def test_the_settings_of_another_engine_are_shown(exchange: SettingsExchange) -> None:
    exchange.receive(OLD)
    exchange.forget_shown()
    assert exchange.receive(OLD)
