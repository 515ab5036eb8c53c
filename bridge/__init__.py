"""Bring music in and out on time: MIDI events, musical time, the send queue, ports and files.

Everything between a musician's wires and the composer lives here, and nothing that composes does.
The inner part is pure: values (`events`, `notes`, `tempo`, `protocol`) and rules that take the
time as an argument (`wire`, `schedule`, `session`). The outer part touches the world: `clock`
reads the one clock, `midi_io` is a process of its own that owns the ports, and `io_process` is
its parent's handle. NumPy, a model or a window are never imported, so that the process that sends
the notes stays small and prompt.
"""
