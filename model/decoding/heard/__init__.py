"""What follows from the music up to now, as far as decoding depends on it."""
