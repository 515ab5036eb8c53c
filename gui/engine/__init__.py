"""The engine process, which joins the session to the world, and the takes process."""
