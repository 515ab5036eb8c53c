"""The log, and the diagnostics for a bug report."""
