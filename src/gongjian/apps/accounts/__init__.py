"""Orgs and their reach, posts, people, grants, and who may see what."""
