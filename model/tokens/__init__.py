"""Music as tokens: vocabulary, tokenizer, network inputs. NumPy only."""
