"""The built-in synth: a process that plays a sound font, and the feed of messages to it."""
