"""The values that cross between session, composer, window and command line."""
