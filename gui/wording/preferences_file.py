"""What is wrong with the file of preferences, in sentences with a path or a key first."""

from __future__ import annotations

from gui.wording.sentence import Sentence

UNREADABLE = Sentence("Preferences", "{}: cannot be read ({}).")
NO_TOML = Sentence("Preferences", "{}: is not TOML ({}).")
NO_TOML_AND_KEPT = Sentence("Preferences", "{}: is not TOML, and is left unchanged ({}).")
UNWRITABLE = Sentence("Preferences", "{}: cannot be written ({}).")
BAD_VALUE = Sentence("Preferences", "{}: {}; the default ({}) is used.")
BAD_TABLE = Sentence("Preferences", "{}: {}; the default is used.")
