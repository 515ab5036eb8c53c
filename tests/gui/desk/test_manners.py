"""The window as a whole: keyboard, accessibility, translation, small sizes, and closing.

Each test uses the complete window, first in its default state and then with all options shown, tab
by tab, so that a control that is added later is tested too.
"""

import gc
import weakref
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from bridge.messages.snapshot import TurnState
from export.styles.space import StyleSpace
from gui.desk.session_link import SessionLink
from gui.desk.widgets.theme import DARK
from gui.desk.window import Window
from gui.engine.snapshots import Packer
from tests.gui.desk.conftest import Desk
from tests.gui.desk.music import jam

SMALLEST = 1024, 640


def looks(desk: Desk) -> Iterator[str]:
    """Show each tab, in the default state and with all options; yield a description."""
    (sides,) = desk.window.findChildren(QTabWidget)
    desk.window.activateWindow()
    switches = [
        each for each in desk.window.top_bar.findChildren(QPushButton) if each.isCheckable()
    ]
    at_first = [each.isChecked() for each in switches]
    for look, on in (("at first", at_first), ("all of it", [True] * len(switches))):
        for switch, wanted in zip(switches, on, strict=True):
            if switch.isChecked() is not wanted:
                desk.click(switch)
        for index in filter(sides.isTabVisible, range(sides.count())):
            sides.setCurrentIndex(index)
            QApplication.processEvents()
            yield f"{look}, {sides.tabText(index)}"
    for switch, wanted in zip(switches, at_first, strict=True):
        if switch.isChecked() is not wanted:
            desk.click(switch)


def focusable(window: QWidget) -> list[QWidget]:
    """Return the widgets that take the keyboard focus, without those that pass it on."""
    return [
        each
        for each in window.findChildren(QWidget)
        if each.isVisible()
        and each.isEnabled()
        and each.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
        and each.focusProxy() is None
        and not isinstance(each.parent(), QAbstractSpinBox)
    ]


def called(widget: QWidget) -> str:
    """Return the name that a screen reader uses."""
    named = widget.accessibleName()
    return named or (widget.text() if isinstance(widget, QAbstractButton) else "")


def explained(widget: QWidget) -> str:
    """Return the tooltip or description; a picture's tooltip depends on the position."""
    return widget.toolTip() or widget.accessibleDescription()


def describe(widget: QWidget) -> str:
    return f"{type(widget).__name__} {called(widget) or widget.objectName()!r}"


def test_each_control_has_a_name_and_an_explanation(desk: Desk) -> None:
    desk.show(jam())
    mute = {
        f"{look}: {describe(each)}"
        for look in looks(desk)
        for each in focusable(desk.window)
        if not called(each) or not explained(each)
    }
    assert not mute, "\n".join(sorted(mute))


def test_tab_reaches_each_control(desk: Desk) -> None:
    desk.show(jam())
    for look in looks(desk):
        missing = set(focusable(desk.window))
        desk.window.top_bar.start.setFocus()
        for _ in range(2 * len(missing)):
            focused = QApplication.focusWidget()
            missing -= {focused, focused.parent() if focused else None}
            desk.qtbot.keyClick(focused, Qt.Key.Key_Tab)
        assert {describe(each) for each in missing} == set(), look


def key_clashes(desk: Desk) -> set[str]:
    """Return the visible texts that share a mnemonic."""
    clashes = set()
    desk.window.styles.map.path_drawn.emit(())
    for state in TurnState:
        desk.show(jam(), state=state)
        for look in looks(desk):
            keys = defaultdict(list)
            for each in desk.window.findChildren(QWidget):
                if isinstance(each, QLabel | QAbstractButton) and each.isVisible():
                    before, mark, after = each.text().replace("&&", "").partition("&")
                    if mark:
                        keys[after[:1].lower()].append(before + mark + after)
            clashes |= {f"{look}: {', '.join(texts)}" for texts in keys.values() if len(texts) > 1}
    return clashes


def test_no_two_visible_controls_share_a_mnemonic(desk: Desk) -> None:
    clashes = key_clashes(desk)
    assert not clashes, "\n".join(sorted(clashes))


def cut(widget: QWidget) -> bool:
    """Return whether a text has less room than it needs."""
    match widget:
        case QLabel() if widget.wordWrap():
            return widget.height() < widget.heightForWidth(widget.width())
        case QLabel() | QAbstractButton():
            needed = widget.sizeHint()
            return widget.width() < needed.width() or widget.height() < needed.height()
        case QComboBox():
            option = QStyleOptionComboBox()
            widget.initStyleOption(option)
            field = QStyle.SubControl.SC_ComboBoxEditField
            room = widget.style().subControlRect(
                QStyle.ComplexControl.CC_ComboBox, option, field, widget
            )
            return room.width() < widget.fontMetrics().horizontalAdvance(widget.currentText())
        case QLineEdit():
            room = widget.contentsRect().marginsRemoved(widget.textMargins())
            text = widget.text() or widget.placeholderText()
            return room.width() < widget.fontMetrics().horizontalAdvance(text)
    return False


def cut_texts(desk: Desk) -> set[str]:
    QApplication.processEvents()  # hidden widgets must release their room
    desk.window.resize(*SMALLEST)
    assert (desk.window.width(), desk.window.height()) == SMALLEST
    return {
        f"{look}: {describe(each)}: {each.width()} of {each.sizeHint().width()}"
        for look in looks(desk)
        for each in desk.window.findChildren(QWidget)
        if each.isVisible() and cut(each)
    }


def test_no_text_is_cut_off_in_a_small_window(desk: Desk) -> None:
    desk.show(jam())
    short = cut_texts(desk)
    assert not short, "\n".join(sorted(short))


def test_all_models_pass_qts_model_tester(desk: Desk) -> None:
    """It warns, and a warning fails the test."""
    ours = [
        model
        for model in desk.window.findChildren(QAbstractItemModel)
        if type(model).__module__.startswith("gui.")
    ]
    assert len(ours) >= 2
    mode = QAbstractItemModelTester.FailureReportingMode.Warning
    testers = [QAbstractItemModelTester(model, mode) for model in ours]
    desk.show(jam())
    desk.window.styles.map.choose_style("bach")
    desk.window.styles.map.choose_style("jazz")
    desk.show(settings=replace(jam().settings, style=(("bach", 0.5), ("jazz", 0.5))))
    assert len(testers) == len(ours)


def test_a_closed_window_leaves_no_widgets(qtbot: QtBot, space: StyleSpace, tmp_path: Path) -> None:
    before = len(QApplication.topLevelWidgets())
    gone = list[weakref.ref[QObject]]()
    for _ in range(10):
        mine, engine = Pipe()
        window = Window(link := SessionLink(mine), space, DARK, tmp_path)
        gone += [weakref.ref(window), weakref.ref(link), weakref.ref(window.roll)]
        window.show()
        engine.send(Packer().pack(jam()))
        with qtbot.waitSignal(link.changed):
            link.poll()
        window.close()
        timers = [*window.findChildren(QTimer), *link.findChildren(QTimer)]
        going_on = [each for each in timers if each.isActive() and not each.isSingleShot()]
        assert [each.parent() for each in going_on] == []
        parts = window.findChildren(QObject)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert [each for each in parts if isValid(each)] == []
        engine.close()
        del window, link, timers, going_on, parts
    gc.collect()
    assert [ref() for ref in gone if ref() is not None] == []
    assert (
        len(QApplication.topLevelWidgets()) <= before
    )  # those of other tests may have been deleted as well


def test_each_shortcut_of_the_window_is_unique(desk: Desk) -> None:
    """Qt does nothing for a key with two shortcuts."""
    desk.show(jam())
    for look in looks(desk):
        keys = [
            each.key().toString()
            for each in desk.window.findChildren(QShortcut)
            if each.context() is not Qt.ShortcutContext.WidgetShortcut and visible(each.parent())
        ]
        assert sorted(keys) == sorted(set(keys)), look


def visible(owner: QObject | None) -> bool:
    return isinstance(owner, QWidget) and owner.isVisible()
