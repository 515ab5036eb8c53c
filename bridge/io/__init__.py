"""The MIDI I/O process, and the handle that the engine has on it."""
