"""Send planned events on time: the schedule, the sequencer, echoes, MIDI thru and the click."""
