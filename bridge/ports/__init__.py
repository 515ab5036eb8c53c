"""The back ends of MIDI in and out: JACK, RtMidi and loopback; and Ableton Link."""
