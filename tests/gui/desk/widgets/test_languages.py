"""All visible texts go through translators, and the German translation is complete."""

import re
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import get_type_hints

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from bridge.messages.snapshot import Snapshot, TurnState
from bridge.midi.instruments import Instrument
from bridge.system.child_exit import ChildExited
from export.runtime.reasons.proposal import ProposalReason
from export.styles.space import StyleSpace
from gui.desk.app import restore_preferences
from gui.desk.takes.link import TakesLink
from gui.desk.widgets.languages import LANGUAGES_FOLDER, install_translation, translated
from gui.wording.reasons import Reason, sentence_of
from tests.gui.desk.conftest import Desk
from tests.gui.desk.music import jam
from tests.gui.desk.test_manners import cut_texts, key_clashes
from tests.gui.wording.every_reason import kinds_in, values_of

ROOT = Path(__file__).parents[4]
GUI = ROOT / "gui"
SOURCES = (
    *sorted(GUI.glob("*.py")),
    *sorted((GUI / "desk").rglob("*.py")),
    *sorted((GUI / "wording").glob("*.py")),
)
ALIAS = ("-tr-function-alias", "QT_TRANSLATE_NOOP+=Sentence")
CODES = [path.stem.removeprefix("antiphon_") for path in LANGUAGES_FOLDER.glob("*.ts")]


class Marked(QTranslator):
    """Translates every text by putting it between marks."""

    def translate(
        self, _context: str, text: str, _comment: str | None = None, _number: int = -1
    ) -> str:
        return f"«{text}»"

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's
        return False


@pytest.fixture
def translators() -> Iterator[None]:
    """Remove the translators that the test has installed."""
    application = QCoreApplication.instance()
    assert application is not None
    before = set(application.findChildren(QTranslator))
    yield
    for each in set(application.findChildren(QTranslator)) - before:
        QCoreApplication.removeTranslator(each)
        each.deleteLater()


def texts(window: QWidget) -> Iterator[tuple[QWidget, str]]:
    """Yield all texts of a window, visible or read aloud."""
    for each in (window, *window.findChildren(QWidget)):
        for text in (
            each.toolTip(),
            each.accessibleName(),
            each.accessibleDescription(),
            each.windowTitle(),
            each.statusTip(),
        ):
            yield each, text
        match each:
            case QLabel() | QAbstractButton():
                yield each, each.text()
            case QComboBox():
                yield from ((each, each.itemText(index)) for index in range(each.count()))
            case QSpinBox() | QDoubleSpinBox():
                yield from ((each, text) for text in (each.specialValueText(), each.suffix()))
            case QLineEdit() if not isinstance(each.parent(), QAbstractSpinBox):
                yield each, each.placeholderText()
            case QTabWidget():
                for index in range(each.count()):
                    yield each, each.tabText(index)
                    yield each, each.tabToolTip(index)


def left_over(text: str, names: frozenset[str]) -> str:
    """Return the text without marked pieces, names and non-words."""
    while (inner := re.sub(r"«[^«»]*»", "", text)) != text:
        text = inner
    text = re.sub(r"\b[A-G]#?-?\d\b", "", text)  # a pitch
    text = " ".join(word for word in re.split(r"[ ,:→()]+", text) if word not in names)
    return text if re.search(r"[^\W\d_]", text) else ""


NAMES = frozenset({"Antiphon", "in", "out", "jack", "jazz", *(kind.label for kind in Instrument)})
"""Proper names: the app, ports, a back end, a style; and instruments, as typed."""
SHOWN = {"problem": 2, "sync_reason": 2, "synth_status": 2, "processor": 1}
"""The number of places that show a reason: banner or status line, devices, checkup."""


@pytest.mark.usefixtures("translators")
def test_every_visible_text_can_be_translated(
    qtbot: QtBot, space: StyleSpace, tmp_path: Path
) -> None:
    application = QApplication.instance()
    assert application is not None
    QCoreApplication.installTranslator(Marked(application))
    desk = Desk(qtbot, space, tmp_path)
    plain = set()
    for state in TurnState:
        desk.show(jam(), state=state)
        desk.window.styles.map.choose_style("jazz")
        plain |= unmarked(desk.window)
    assert not plain, "\n".join(sorted(plain))
    desk.window.close()


@pytest.mark.usefixtures("translators")
def test_every_reason_in_the_window_can_be_translated(
    qtbot: QtBot, space: StyleSpace, tmp_path: Path
) -> None:
    application = QApplication.instance()
    assert application is not None
    QCoreApplication.installTranslator(Marked(application))
    desk = Desk(qtbot, space, tmp_path)
    desk.window.devices.doctor.start()
    shown = get_type_hints(Snapshot)
    names = ("problem", "sync_reason", "synth_status", "processor")
    plain = set()
    for values in zip_longest(*(values_of(shown[name]) for name in names)):
        facts = {name: value for name, value in zip(names, values, strict=True) if value}
        desk.show(jam(), synth_failed=True, **facts)
        for name, value in facts.items():
            assert desk.texts().count(translated(sentence_of(value))) >= SHOWN[name]
        plain |= unmarked(desk.window)
    assert not plain, "\n".join(sorted(plain))
    desk.window.close()


@pytest.mark.usefixtures("translators")
def test_the_reason_for_missing_takes_can_be_translated(
    qtbot: QtBot, space: StyleSpace, tmp_path: Path
) -> None:
    application = QApplication.instance()
    assert application is not None
    QCoreApplication.installTranslator(Marked(application))
    desk = Desk(qtbot, space, tmp_path)
    desk.show(jam())
    link = desk.window.takes.findChild(TakesLink)
    assert link is not None
    for reason in (*values_of(ProposalReason), *values_of(ChildExited)):
        link.failed.emit(reason)
        assert desk.window.banner.message == translated(sentence_of(reason))
        assert not left_over(desk.window.banner.message, frozenset()), reason
    desk.window.takes.open_file(tmp_path / "lost.mid")
    qtbot.waitUntil(lambda: not desk.window.takes.is_busy, timeout=60_000)
    assert not left_over(desk.window.banner.message, frozenset())
    desk.window.close()


@pytest.mark.usefixtures("qapp", "translators")
@pytest.mark.parametrize("kind", tuple(kinds_in(Reason)), ids=lambda kind: kind.__name__)
def test_every_reason_is_translated(kind: type) -> None:
    application = QCoreApplication.instance()
    assert application is not None
    QCoreApplication.installTranslator(Marked(application))
    for reason in values_of(kind):
        assert not left_over(translated(sentence_of(reason)), frozenset())


def unmarked(window: QWidget) -> set[str]:
    """Return the texts of a window that did not go through a translator."""
    return {
        f"{type(each).__name__}: {text}" for each, text in texts(window) if left_over(text, NAMES)
    }


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_translated(code: str, tmp_path: Path) -> None:
    """If it fails: run dev/languages, translate what it names, run it again."""
    translated_file = LANGUAGES_FOLDER / f"antiphon_{code}.ts"
    gathered = tmp_path / translated_file.name
    settings = tmp_path / "settings.py"
    script = [sys.executable, "-m", "dev.setting_texts"]
    settings.write_bytes(subprocess.run(script, check=True, capture_output=True, cwd=ROOT).stdout)
    lupdate = Path(sysconfig.get_path("scripts")) / "pyside6-lupdate"
    subprocess.run(
        [lupdate, *SOURCES, settings, *ALIAS, "-ts", gathered, "-locations", "none", "-silent"],
        check=True,
        timeout=60,
    )
    assert not any("N{" in text for _, text, _ in messages(gathered))  # lupdate reads no \\N{...}
    wanted = {(context, text) for context, text, _ in messages(gathered)}
    there = {(context, text) for context, text, _ in messages(translated_file)}
    assert wanted - there == set()
    assert there - wanted == set()  # it is gone from the sources
    assert [text for _, text, said in messages(translated_file) if not said] == []


@pytest.mark.parametrize("code", CODES)
def test_translations_keep_placeholders_and_one_mnemonic(code: str) -> None:
    for context, text, said in messages(LANGUAGES_FOLDER / f"antiphon_{code}.ts"):
        places, kept = (re.findall(r"\{[^}]*\}", each) for each in (text, said))
        assert places == kept, (context, text)
        assert len(re.findall(r"&\w", said)) <= len(re.findall(r"&\w", text)), (context, text)


@pytest.mark.parametrize("code", CODES)
def test_the_compiled_translation_is_up_to_date(code: str) -> None:
    translator = QTranslator()
    assert translator.load(f"antiphon_{code}", str(LANGUAGES_FOLDER))
    for context, text, said in messages(LANGUAGES_FOLDER / f"antiphon_{code}.ts"):
        if said:
            assert translator.translate(context, text) == said, "run dev/languages"


def messages(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield contexts, texts and translations."""
    for context in ET.parse(file).getroot().iter("context"):  # noqa: S314 - our own file
        for message in context.iter("message"):
            translation = message.find("translation")
            done = translation is not None and translation.get("type") != "unfinished"
            assert translation is not None
            yield (
                context.findtext("name", ""),
                message.findtext("source", ""),
                (translation.text or "") if done else "",
            )


@pytest.mark.usefixtures("translators")
def test_the_window_is_in_german(qtbot: QtBot, space: StyleSpace, tmp_path: Path) -> None:
    application = QCoreApplication.instance()
    assert application is not None
    assert install_translation(application, ["de-AT", "de", "en"]) == "de_AT"
    desk = Desk(qtbot, space, tmp_path)
    desk.show(jam())
    assert desk.window.top_bar.start.text() == "&Anhalten"
    desk.window.devices.doctor.start()
    desk.show(jam(), backend="rtmidi", input_name="a", output_name="b")
    assert "Hört auf a und spielt auf b, über" in desk.texts()
    assert key_clashes(desk) == set()
    assert cut_texts(desk) == set()
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    desk.window.close()


LISTED = (
    "piano, organ, harp, guitar, bass, violin, cello, voice, flute, clarinet, sax, trumpet, synth, "
    "drums"
)
BAD_VALUES = {
    "settings.temperature = 9": (
        "settings.temperature: 9 liegt nicht im Bereich 0 bis 5; der Standardwert (1) wird "
        "verwendet."
    ),
    'settings.temperature = "hot"': (
        "settings.temperature: 'hot' ist keine Zahl im Bereich 0 bis 5; der Standardwert (1) "
        "wird verwendet."
    ),
    "settings.candidates = 2.5": (
        "settings.candidates: 2.5 ist keine ganze Zahl im Bereich 1 bis 4; der Standardwert (4) "
        "wird verwendet."
    ),
    "settings.bars = 65": (
        "settings.bars: 65 liegt nicht im Bereich 1 bis 64 Takte; der Standardwert (wie üblich) "
        "wird verwendet."
    ),
    "settings.time.bpm = 5": (
        "settings.time.bpm: 5 liegt nicht im Bereich 20 bis 300 bpm; der Standardwert (frei) wird "
        "verwendet."
    ),
    "keys = 3": "keys: 3 ist weder true noch false; der Standardwert (true) wird verwendet.",
    "input_name = 3": (
        "input_name: 3 ist kein einfacher Text üblicher Länge; der Standardwert (nichts) wird "
        "verwendet."
    ),
    "controls = 3": "controls: 3 ist keine solche Liste; der Standardwert (nichts) wird verwendet.",
    "settings = 3": "settings: 3 ist keine Tabelle; die Standardwerte werden verwendet.",
    "settings.mode = 3": (
        "settings.mode: 3 ist keines der Wörter answer, trade, take-over, accompany, loop; der "
        "Standardwert (answer) wird verwendet."
    ),
    "settings.time.metre = [0, 4]": (
        "settings.time.metre: [0, 4] ist ungültig, erwartet wird eine Taktart mit 1 bis 32 "
        "Schlägen und dem Nenner 2, 4, 8 oder 16; der Standardwert (4/4) wird verwendet."
    ),
    f"settings.sound_font = [0x{16**5000:x}]": (
        "settings.sound_font: dieser Wert ist ungültig, erwartet wird der Pfad einer Datei; der "
        "Standardwert (nichts) wird verwendet."
    ),
    "settings.palette = 3": (
        "settings.palette: 3 ist ungültig, erwartet wird eine Liste von Stilen; der Standardwert "
        "(nichts) wird verwendet."
    ),
    "settings.style = 3": (
        "settings.style: 3 ist ungültig, erwartet wird eine Liste von Stilen mit Gewichten über 0; "
        "der Standardwert (nichts) wird verwendet."
    ),
    "settings.instruments = 3": (
        f"settings.instruments: 3 ist ungültig, erwartet wird eine Liste von Instrumenten ({LISTED}"
        "); der Standardwert (nichts) wird verwendet."
    ),
}
"""Values of the settings file that are not valid, and what a German window says of each."""


@pytest.mark.usefixtures("translators")
def test_a_bad_value_of_the_settings_file_is_reported_in_german(
    qtbot: QtBot, space: StyleSpace, tmp_path: Path
) -> None:
    application = QCoreApplication.instance()
    assert application is not None
    install_translation(application, ["de"])
    desk = Desk(qtbot, space, tmp_path)
    file = tmp_path / "settings.toml"
    for text, report in BAD_VALUES.items():
        file.write_text(text)
        assert restore_preferences(desk.window, file)
        assert desk.window.banner.message == f"settings.toml: {report}"
    desk.window.close()


@pytest.mark.usefixtures("translators")
@pytest.mark.parametrize("languages", [["en-GB", "de"], ["tlh"], []])
def test_otherwise_the_window_is_in_english(qtbot: QtBot, languages: list[str]) -> None:
    application = QCoreApplication.instance()
    assert application is not None
    assert install_translation(application, languages) == "en"
    assert QCoreApplication.translate("TopBar", "&Stop") == "&Stop"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    assert qtbot is not None
