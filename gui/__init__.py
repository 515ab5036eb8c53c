"""The outermost layer: the command line, the engine process and the window.

It makes no musical decisions: commands go in, frozen snapshots come out, and both the terminal and
the window draw what a snapshot contains. Heavy imports (Qt, ONNX Runtime, Matplotlib) happen in the
command that needs them, so that `antiphon --help` is fast.
"""
