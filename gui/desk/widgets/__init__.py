"""The widgets, the theme and the translations that the panels share."""
