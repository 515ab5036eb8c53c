"""What is wrong with the file of preferences, in sentences with a path and a text."""

from __future__ import annotations

from gui.wording.sentence import Sentence

UNREADABLE = Sentence("Preferences", "{}: cannot be read ({}).")
NO_TOML = Sentence("Preferences", "{}: is not TOML ({}).")
NO_TOML_AND_KEPT = Sentence("Preferences", "{}: is not TOML, and is left unchanged ({}).")
UNWRITABLE = Sentence("Preferences", "{}: cannot be written ({}).")
