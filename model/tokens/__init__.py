"""Music as tokens: vocabulary, tokenizer, network inputs, sampling. NumPy only."""
