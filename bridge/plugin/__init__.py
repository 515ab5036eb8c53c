"""The plugin in a DAW (C++) and the app's end of its connection (Python)."""
