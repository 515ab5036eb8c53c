"""Taste: which takes a player keeps, learned from the takes that were kept and discarded."""
