"""Pictures that commands draw into files."""
