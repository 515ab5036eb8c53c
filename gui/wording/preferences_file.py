"""What is wrong with the file of preferences, in sentences with a path and a text."""

from __future__ import annotations

from gui.wording.sentence import Sentence

UNREADABLE = Sentence("Preferences", "{}: cannot be read ({}).")
NO_TOML = Sentence("Preferences", "{}: is no TOML ({}).")
NO_TOML_AND_KEPT = Sentence("Preferences", "{}: is no TOML, and is left as it is ({}).")
UNWRITABLE = Sentence("Preferences", "{}: cannot be written ({}).")
