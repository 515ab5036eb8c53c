"""Units of time in nanoseconds, the unit of every `_ns` in the code."""

US = 1_000
MS = 1_000_000
SECOND = 1_000_000_000
