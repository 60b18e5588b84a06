"""Capabilities: each app holds everything that only it needs."""
