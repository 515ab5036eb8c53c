"""Sentences that tell the reader, in the language of the window, what happened and what to do."""
