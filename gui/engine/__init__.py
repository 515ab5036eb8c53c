"""The engine process, which connects the session to the world, and the takes process."""
