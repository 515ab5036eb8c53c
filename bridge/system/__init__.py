"""What each process needs of the system: a clock, pipes, real-time priority, atomic files."""
