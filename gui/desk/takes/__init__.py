"""Takes side by side, captures, and drag and drop of files."""
