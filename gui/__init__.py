"""Put the parts together and give them a face: the command line, the engine and the window.

This is the outermost layer. It decides nothing musical: commands go in, frozen snapshots come
out, and both the terminal and the window draw what a snapshot says. Heavy imports (Qt, ONNX
Runtime, Matplotlib) happen in the command that needs them, so that `antiphon --help` is there at
once.
"""
