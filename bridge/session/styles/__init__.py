"""The style of a session: moved by a morph, a knob or a choice."""
