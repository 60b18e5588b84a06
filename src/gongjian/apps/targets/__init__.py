"""Targets (目标) with their versions."""
