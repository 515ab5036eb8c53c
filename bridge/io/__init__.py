"""The MIDI I/O process, and the engine's handle on it."""
