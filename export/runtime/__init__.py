"""The parts that run while Antiphon plays: artefact, decoder, composer, and their support."""
