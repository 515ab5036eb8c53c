"""Hear the notes of a recording: from a sound file to a score."""
