"""Pictures of the window on a high-density screen, in a process of its own.

A process has one scale factor, which it reads at its start. The pictures are copied to
`build/screenshots`, for review.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).parents[3]
SCREENSHOTS = ROOT / "build" / "screenshots"
LOOKS = ["dark-simple", "dark-advanced", "light-simple", "light-advanced"]
SIZE = 1280, 760

TAKE = """
import sys
from multiprocessing import Pipe
from pathlib import Path

from PySide6.QtWidgets import QApplication

from export.styles.own import load_installed_artefact
from export.styles.space import StyleSpace
from gui.desk.session_link import SessionLink
from gui.desk.widgets.languages import install_translation
from gui.desk.widgets.theme import DARK, LIGHT
from gui.desk.window import Window
from gui.engine.snapshots import Packer
from tests.gui.desk.music import jam

folder, width, height, languages = Path(sys.argv[1]), *map(int, sys.argv[2:4]), sys.argv[4:]
app = QApplication([])
app.setStyle("Fusion")
install_translation(app, languages)
space = StyleSpace.from_artefact(load_installed_artefact())
suffix = "".join(f"-{language}" for language in languages)
for name, theme in (("dark", DARK), ("light", LIGHT)):
    for look in ("simple", "advanced"):
        mine, engine = Pipe()
        link = SessionLink(mine)
        window = Window(link, space, theme, folder / "kept")
        window.resize(width, height)
        window.show()
        engine.send(Packer().pack(jam()))
        link.poll()
        window.styles.map.choose_style("bossa nova")
        window.top_bar.start.setFocus()
        if look == "advanced":
            window.advanced_button.click()
        app.processEvents()
        assert window.grab().save(str(folder / f"window-{name}-{look}-2x{suffix}.png"))
        window.close()
        window.deleteLater()
        app.processEvents()
"""


@pytest.fixture(scope="module", params=["en", "de"])
def pictures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, QImage]:
    folder = tmp_path_factory.mktemp("pictures")  # other workers may draw the same pictures
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": "2",
        "PYTHONPATH": str(ROOT),
    }
    sizes = map(str, SIZE)
    languages = [] if request.param == "en" else [request.param]
    done = subprocess.run(
        [sys.executable, "-c", TAKE, str(folder), *sizes, *languages],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    suffix = "".join(f"-{language}" for language in languages)
    paths = {look: folder / f"window-{look}-2x{suffix}.png" for look in LOOKS}
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for path in paths.values():
        shutil.copy(path, SCREENSHOTS)
    return {look: QImage(str(path)) for look, path in paths.items()}


@pytest.mark.parametrize("look", LOOKS)
def test_each_point_of_a_dense_screen_is_drawn(pictures: dict[str, QImage], look: str) -> None:
    picture = pictures[look]
    assert (picture.width(), picture.height()) == (2 * SIZE[0], 2 * SIZE[1])
    halves = picture.scaled(*SIZE).scaled(picture.size())  # as if each pixel were drawn as four
    fine = sum(
        picture.pixel(x, y) != halves.pixel(x, y)
        for x in range(0, picture.width(), 5)
        for y in range(0, picture.height(), 5)
    )
    assert fine > 1000
