"""Print the texts of the table of settings in a form that lupdate can read.

The table (`bridge.messages.settings`) does not use a translator. The window shows its help texts,
its words for None and its descriptions of valid values, translated in the context `Setting`.
"""

from __future__ import annotations

import json

from bridge.messages.settings import SETTINGS


def main() -> None:
    """Print one call of QT_TRANSLATE_NOOP for each text."""
    specs = [setting.spec for setting in SETTINGS.values()]
    texts = (text for spec in specs for text in (spec.help, spec.none, spec.wanted))
    for text in dict.fromkeys(filter(None, texts)):
        print(f'QT_TRANSLATE_NOOP("Setting", {json.dumps(text)})')


if __name__ == "__main__":
    main()
