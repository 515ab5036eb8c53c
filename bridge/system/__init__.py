"""What each process asks of the system: a clock, pipes, real-time priority, whole files."""
