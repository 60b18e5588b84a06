"""Text of papers: what a mirror did to it is found, undone and recorded."""
