"""What plays: the artefact, the decoder, the composer, and everything that continues music."""
