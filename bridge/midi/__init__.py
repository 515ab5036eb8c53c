"""MIDI as values: events, the parser, notes, instruments, controls and Standard MIDI Files."""
