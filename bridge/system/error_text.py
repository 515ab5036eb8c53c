"""The words of an error of the system, for a sentence."""


def error_text(error: Exception) -> str:
    """Return the system's text of an error, or else the error's own, as of a ValueError."""
    return getattr(error, "strerror", None) or str(error)
