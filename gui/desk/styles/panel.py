"""The style panel: a search, the map with its puck, and the blend as a list.

A path drawn on the map can be played: the style moves along it in a set time, and the puck shows
its position.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bridge.messages.requests import Morph, SetBlendPath
from bridge.messages.settings import SETTINGS
from bridge.system.units import SECOND
from export.styles.space import point_along
from gui.desk.styles.blend_model import NAME_COLUMN, WEIGHT_COLUMN, BlendModel
from gui.desk.styles.map_view import MapView
from gui.desk.styles.weight_edit import WeightEdit
from gui.desk.widgets.names import setting_help

if TYPE_CHECKING:
    from bridge.messages.settings import Settings, Style
    from bridge.messages.snapshot import Snapshot
    from export.styles.space import StyleSpace
    from gui.desk.widgets.theme import Theme

_STRENGTH = SETTINGS["style_strength"]
_SHOWN_ROWS, _FRAME_PX = 4, 4
_MAX_SEARCH = 200
_PATH_STEPS = 32
"""The number of straight segments into which a path is divided."""
_MIN_MORPH_S, _DEFAULT_MORPH_S, _MAX_MORPH_S = 2, 60, 1800


class StylePanel(QWidget):
    """Chooses a style or a blend, and its strength."""

    # More than 12 attributes: most are controls, one attribute each.

    changed = Signal()
    """Emitted when the style or its strength changes."""
    requested = Signal(object)
    """Carries a request: `Morph` or `SetBlendPath`."""

    def __init__(self, space: StyleSpace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._space = space
        self._style: Style = ()
        self.map = MapView(space, theme)
        self.blend = BlendModel(self)
        self._search = self._search_box()
        self._not_found = self._faint_label("")
        self._not_found.setVisible(False)
        self._table = self._blend_table()
        self._no_style_label = self._faint_label(self.tr("No style is chosen. Click a name."))
        self._no_style_button = QPushButton(self.tr("&No style"))
        self._no_style_button.setToolTip(self.tr("Answer without a particular style."))
        self._strength = QSlider(Qt.Orientation.Horizontal)
        low, high = (round(end / _STRENGTH.spec.step) for end in _STRENGTH.stored_range)
        self._strength.setRange(low, high)
        self._strength.setAccessibleName(self.tr("Style strength"))
        self._strength.setToolTip(setting_help("style_strength"))
        self._strength_label = QLabel()
        self.morph = self._morph_button()
        self._duration = self._duration_box()
        self._clear_path_button = QPushButton(self.tr("Clear"))
        self._clear_path_button.setToolTip(self.tr("Clear the path."))
        self._morph_progress: float | None = None
        self._path_row = self._row(self.morph, self._duration, self._clear_path_button)
        self._path_row.setVisible(False)
        self._lay_out()
        self.map.path_drawn.connect(self._offer_path)
        self._clear_path_button.clicked.connect(self._clear_path)
        self.map.chosen.connect(self._set_style)
        self.map.released.connect(self._fit_table)
        self.blend.chosen.connect(self._set_style)
        self._no_style_button.clicked.connect(lambda: self._set_style(()))
        self._strength.valueChanged.connect(self._show_strength)
        self._strength.valueChanged.connect(self.changed)
        self._show_strength()
        self._fit_table()

    def apply_to(self, settings: Settings) -> Settings:
        """Return the settings with the style chosen here."""
        return replace(settings, style=self._style, style_strength=self._chosen_strength)

    def show_settings(self, settings: Settings) -> None:
        """Show settings without emitting `changed`."""
        self._show_style(settings.style)
        self._strength.blockSignals(True)
        self._strength.setValue(round(settings.style_strength / _STRENGTH.spec.step))
        self._strength.blockSignals(False)
        self._show_strength()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the progress of the morph."""
        before, self._morph_progress = self._morph_progress, snapshot.morph_progress
        if (before is None) is not (self._morph_progress is None):
            going = self._morph_progress is not None
            self.morph.setText(self.tr("St&op here") if going else self.tr("Play t&he path"))
            self._fit_table()
        if self._morph_progress is not None and self.map.path:
            self.map.show_puck(point_along(self.map.path, self._morph_progress))

    def _play_or_stop(self) -> None:
        """Start the morph from the beginning of the path, or stop it where it is."""
        if self._morph_progress is not None:
            self.requested.emit(Morph(()))
        elif self.map.path:
            self.requested.emit(Morph(self._path_blends(), self._duration.value() * SECOND))

    def _path_blends(self) -> tuple[Style, ...]:
        """Return the blends along the path, or nothing without a path."""
        if not self.map.path:
            return ()
        places = (point_along(self.map.path, step / _PATH_STEPS) for step in range(_PATH_STEPS + 1))
        return tuple(self._space.blend_at(place) for place in places)

    def resend_path(self) -> None:
        """Send the path to an engine that has just started."""
        if self.map.path:
            self.requested.emit(SetBlendPath(self._path_blends()))

    def _offer_path(self) -> None:
        """Show the controls of a new path, and send it to the engine for a MIDI controller."""
        self._path_row.setVisible(True)
        self.requested.emit(SetBlendPath(self._path_blends()))

    def _clear_path(self) -> None:
        if self._morph_progress is not None:
            self.requested.emit(Morph(()))
        self.map.clear_path()
        self.requested.emit(SetBlendPath(()))
        self._path_row.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self.map.set_theme(theme)

    def _set_style(self, style: Style) -> None:
        self._show_style(style)
        self.changed.emit()

    def _show_style(self, style: Style) -> None:
        self._style = style
        self.map.show_style(style)
        self.blend.show_style(style)
        self._no_style_button.setEnabled(bool(style))
        self._fit_table()

    def _fit_table(self) -> None:
        """Fit the table to its rows; while the map is in use, keep the height."""
        if self.map.is_held:
            return
        rows = min(self.blend.rowCount(), _SHOWN_ROWS)
        height = rows * self._table.verticalHeader().defaultSectionSize() + _FRAME_PX
        if self._morph_progress is not None:  # otherwise the height would change during the morph
            height = max(height, self._table.height())
        self._table.setFixedHeight(height)
        self._table.setVisible(rows > 0)
        self._no_style_label.setVisible(rows == 0)

    def _show_strength(self) -> None:
        strength = self._chosen_strength
        self._strength_label.setText(self.locale().toString(strength, "f", 1))

    def _search_styles(self, text: str) -> None:
        words = text.strip()
        found = self._space.search(words) if words else None
        self.map.show_matches(found)
        self._not_found.setText(self.tr("No style is called “{}”.").format(words))
        self._not_found.setVisible(found == ())

    def _choose_first_match(self) -> None:
        """Choose the first match and leave the search box, so that keys are music again."""
        words = self._search.text()
        found = self._space.search(words) if words.strip() else ()
        if found:
            self.map.choose_style(found[0])
            self._search.clear()
            self.map.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def _chosen_strength(self) -> float:
        strength = self._strength.value() * _STRENGTH.spec.step
        return round(strength, _STRENGTH.spec.decimals)

    def _search_box(self) -> QLineEdit:
        box = QLineEdit()
        box.setPlaceholderText(self.tr("Search {} styles").format(len(self._space.names)))
        box.setClearButtonEnabled(True)
        box.setMaxLength(_MAX_SEARCH)  # a clipboard may hold a book
        box.setAccessibleName(self.tr("Search styles"))
        box.setToolTip(self.tr("Matching names stand out on the map; Enter chooses the first."))
        box.textChanged.connect(self._search_styles)
        box.returnPressed.connect(self._choose_first_match)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, box.setFocus)
        return box

    def _morph_button(self) -> QPushButton:
        button = QPushButton(self.tr("Play t&he path"))
        button.setToolTip(
            self.tr(
                "Move the style slowly along the path while you play. A knob that is learned for "
                "blending follows the path too."
            )
        )
        button.clicked.connect(self._play_or_stop)
        return button

    def _duration_box(self) -> QSpinBox:
        box = QSpinBox()
        box.setRange(_MIN_MORPH_S, _MAX_MORPH_S)
        box.setValue(_DEFAULT_MORPH_S)
        box.setSuffix(self.tr(" s"))
        box.setAccessibleName(self.tr("How long the path takes"))
        box.setToolTip(self.tr("The time from the start of the path to its end."))
        return box

    def _faint_label(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setObjectName("faint")
        label.setWordWrap(True)
        return label

    def _row(self, *widgets: QWidget) -> QWidget:
        row = QWidget()
        within = QHBoxLayout(row)
        within.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            within.addWidget(widget, 1 if widget is widgets[0] else 0)
        return row

    def _blend_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.blend)
        table.setAccessibleName(self.tr("Blend"))
        table.setToolTip(self.tr("Double-click a weight to change it; Delete removes a style."))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.horizontalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(NAME_COLUMN, QHeaderView.ResizeMode.Stretch)
        fitting = QHeaderView.ResizeMode.ResizeToContents
        table.horizontalHeader().setSectionResizeMode(WEIGHT_COLUMN, fitting)
        table.setItemDelegateForColumn(WEIGHT_COLUMN, WeightEdit(table))
        away = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), table)
        away.setContext(Qt.ShortcutContext.WidgetShortcut)
        away.activated.connect(self._remove_selected)
        return table

    def _remove_selected(self) -> None:
        index = self._table.currentIndex()
        if index.isValid() and self.blend.rowCount() > 1:
            self.blend.remove(index.row())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self._search, 1)
        top.addWidget(self._no_style_button)
        column.addLayout(top)
        column.addWidget(self._not_found)
        column.addWidget(self.map, 1)
        column.addWidget(self._path_row)
        column.addWidget(self._no_style_label)
        column.addWidget(self._table)
        strength = QHBoxLayout()
        label = QLabel(self.tr("Stren&gth"))
        label.setBuddy(self._strength)
        label.setToolTip(self._strength.toolTip())
        strength.addWidget(label)
        strength.addWidget(self._strength, 1)
        strength.addWidget(self._strength_label)
        column.addLayout(strength)
