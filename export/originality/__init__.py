"""How original a take is: its longest run of notes that a training piece has too."""
