"""Bring music in and out on time: MIDI events, musical time, the send queue, ports and files.

This package holds everything between the MIDI cables and the composer, and nothing that composes.
Its inner part is pure: values (`midi`, `messages`) and rules that take the time as an argument
(`sync`, `playout`, `session`, `history`). Its outer part does input and output: `system.clock`
reads the clock, `io.process` is the process that owns the ports, and `io.handle` is its parent's
handle. The package never imports NumPy, a model or a window, so that the process that sends the
notes stays small and fast.
"""
