"""Filters that templates name orgs, posts and people by."""
