"""The live session: pure decisions about turns, timing and answers."""
