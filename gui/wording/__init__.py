"""Sentences: how the app says, in the language of the reader, what happened and what to do."""
