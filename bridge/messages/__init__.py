"""The values that session, composer, window and command line exchange."""
