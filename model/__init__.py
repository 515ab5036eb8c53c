"""Turn played notes into tokens, and predict the tokens that follow.

The package has two halves. The subpackage `tokens` is what the app needs while it plays; it uses
NumPy only. The modules that train the weights (`transformer`, `generate`, `data`, `train`) need
torch. The app never imports them: it runs the graphs that the package `export` makes of the
weights.
"""
