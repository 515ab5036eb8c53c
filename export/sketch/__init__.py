"""Music made away from the clock: continuations of a score."""
