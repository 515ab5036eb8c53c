"""What `export.evaluate` measures, and how it is shown."""
