"""A process that ends instead of reading a MIDI file."""

from bridge.system.pipe import join_parent

if __name__ == "__main__":
    join_parent().recv()
