"""Styles that do not exist are removed from settings, and named."""

from bridge.messages.settings import Settings
from gui.desk.styles.known import without_unknown_styles


def test_unknown_styles_are_removed_and_named_in_order() -> None:
    settings = Settings(style=(("mine", 0.4), ("bach", 0.6)), palette=("jazz", "gone"), bars=3)
    assert without_unknown_styles(settings, ("bach", "jazz")) == (
        Settings(style=(("bach", 0.6),), palette=("jazz",), bars=3),
        ("gone", "mine"),
    )


def test_known_styles_stay() -> None:
    settings = Settings(style=(("bach", 1.0),))
    assert without_unknown_styles(settings, ("bach",)) == (settings, ())
