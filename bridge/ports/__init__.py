"""The MIDI back ends JACK, RtMidi and loopback; and Ableton Link."""
