"""How the next token is chosen from the network's logits. NumPy only."""
