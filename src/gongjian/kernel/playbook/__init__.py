"""Checks across a whole playbook; what is not sound is refused when loaded."""
