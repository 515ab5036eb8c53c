"""The history of a session: the notes of both players, the record, and the tree of takes."""
