"""Takes side by side, captures, and files dragged in and out."""
