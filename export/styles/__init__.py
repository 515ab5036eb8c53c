"""Styles as a musician chooses them: the map of styles, and styles of the user's own."""
