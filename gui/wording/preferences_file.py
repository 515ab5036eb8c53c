"""What is wrong with the file of preferences, in sentences with a path or a key first."""

from __future__ import annotations

from gui.wording.sentence import Sentence

UNREADABLE = Sentence("Preferences", "{}: cannot be read ({}).")
NO_TOML = Sentence("Preferences", "{}: is not TOML ({}).")
TOO_MANY_VALUES = Sentence("Preferences", "{}: has too many values for settings.")
DEFAULTS_USED = Sentence(
    "Preferences", "{} The default settings are used, and the file is left unchanged."
)
NOT_SAVED = Sentence("Preferences", "{} It is left unchanged, and no settings are saved.")
UNWRITABLE = Sentence("Preferences", "{}: cannot be written ({}).")
BAD_VALUE = Sentence("Preferences", "{}: {}; the default ({}) is used.")
BAD_TABLE = Sentence("Preferences", "{}: {}; the default is used.")
