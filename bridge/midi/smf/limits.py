"""The limits of a file that is read.

They are far beyond any piece of music, and small enough that reading takes seconds and some hundred
megabytes whatever a file holds. `dev/fuzz_files.py` measures what the largest files cost.
"""

MAX_BYTES = 16 * 1024 * 1024
"""The largest file. A piece has some kilobytes; karaoke and sample dumps may have a megabyte."""

MAX_TRACKS = 65_000
"""The most tracks: fewer than a header can count, so that there is room for ours."""

MAX_CHUNKS = 100_000
"""The most chunks, tracks and others."""

MAX_PORTS = 256
"""The most ports of all tracks: as many as have a number. A device name makes one too."""

MAX_EVENTS = 1_000_000
"""The most events of all tracks. A symphony has a hundred thousand."""

MAX_QUARTERS = 200_000
"""The longest piece in quarter notes: a day at 139 bpm."""

MAX_HOURS = 24
"""The longest piece in hours, at its tempos."""

MAX_BAR_QUARTERS = 100
"""The longest bar in quarter notes. Programs write up to 99/4; a file may say 255/1."""

MIN_BPM, MAX_BPM = 1.0, 6000.0
"""The valid tempos. Real files have up to 1200 bpm, to write out a flourish."""
