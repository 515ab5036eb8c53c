"""What ships beside the code: the model's artefact and the phrases that the demo plays.

A regular package, so that an installed wheel finds its files the way a checkout does, with
`importlib.resources`.
"""

from importlib import resources
from pathlib import Path

FOLDER = Path(str(resources.files(__name__)))
DEMO_PHRASES = FOLDER / "demo"
