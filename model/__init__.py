"""Turn played notes into tokens, and predict the tokens that follow.

The package has two halves. What the app needs while it plays (`vocabulary`, `tokenizer`,
`features`, `inputs`, `sampling`) is written with NumPy alone. What teaches the weights
(`transformer`, `generate`, `data`, `train`) needs torch, which the app never imports: it plays the
graphs that the package `export` makes of them.
"""
