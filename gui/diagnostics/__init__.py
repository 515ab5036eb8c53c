"""The log, and what is collected for a person who reports a problem."""
