"""The piano keyboard on the screen."""
