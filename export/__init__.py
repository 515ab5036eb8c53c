"""Freeze the trained model into an artefact, and play it without torch.

`graph` writes ONNX graphs of torch weights. `artefact` checks a folder against its manifest,
`provider` opens its graph on a CPU or a GPU, `decoder` runs the graph, and `composer` and
`continuation` generate music from the logits. The two halves meet only in the artefact: its
manifest names every shape and hash on which both must agree.
"""
