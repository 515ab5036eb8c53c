"""The endings of the sound files that can be heard, in lower case.

What a file is, its content decides. The endings tell which files the window takes.
"""

SOUND_ENDINGS = (
    *(".wav", ".wave", ".w64", ".rf64", ".flac", ".ogg", ".oga", ".opus", ".mp3"),
    *(".aif", ".aiff", ".aifc", ".caf", ".au"),
)
