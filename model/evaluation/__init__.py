"""Measures of music and of memorisation, and the n-gram baseline."""
