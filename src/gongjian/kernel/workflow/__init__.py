"""State machines as data, and the one function that answers whether a step may be taken."""
