"""The commands that make music from files."""
