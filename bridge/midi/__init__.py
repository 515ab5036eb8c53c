"""MIDI as values: events, parser, notes, instruments, controls and Standard MIDI Files."""
