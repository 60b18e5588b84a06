"""Shapes of what these pages send."""
