"""What ships beside the code: the model's artefact, demo phrases, the synth, Basic Pitch.

A regular package, so that an installed wheel finds its files the way a checkout does, with
`importlib.resources`.
"""

from importlib import resources
from pathlib import Path

FOLDER = Path(str(resources.files(__name__)))
DEMO_PHRASES = FOLDER / "demo"
SYNTH_MODULE = FOLDER / "synth" / "tinysoundfont.wasm"
BASIC_PITCH = FOLDER / "basic-pitch" / "nmp.onnx"
