"""Campaigns, battles, registers, items, responsibilities, and the tallies over them."""
