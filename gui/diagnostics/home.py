"""Write the home directory as `~`, so that a report does not name its author."""

import re
from pathlib import Path


def shorten_home(text: str) -> str:
    """Return a text in which every path below the home directory begins with `~`."""
    home = Path.home()
    if home == home.parent:  # the root directory is no user's home
        return text
    for spelling in {str(home), home.as_posix(), str(home).replace("\\", "\\\\")}:
        text = re.sub(rf"{re.escape(spelling)}(?![\w.-])", "~", text)
    return text
