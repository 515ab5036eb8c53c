"""The built-in synth: a process that plays a sound font, and what is sent to it."""
