"""From a plan to events on time: the schedule, the sequencer, echoes, MIDI thru and the click."""
