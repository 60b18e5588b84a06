"""Papers of the world in and out, without Django."""
