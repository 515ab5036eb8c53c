"""What has been played: the notes of both players, the record of a session, the tree of takes."""
