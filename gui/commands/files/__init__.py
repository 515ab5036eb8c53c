"""The commands that show and sound a MIDI file."""
