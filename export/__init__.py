"""Freeze the trained model into an artefact, and play it without torch.

Going out, `graph` writes ONNX graphs of torch weights; coming back, `artefact` checks a folder
against its manifest, `provider` opens its graph on a CPU or a GPU, `runtime` decodes with it, and
`composer` and `continuation` make music of the logits. The two ways meet only in the artefact,
whose manifest names every shape and hash that both must agree on.
"""
