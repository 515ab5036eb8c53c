"""The on-screen piano keyboard."""
