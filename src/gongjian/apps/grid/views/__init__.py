"""Pages of registers as tables."""
