"""Registers as tables: printed, edited cell by cell, written to and read from workbooks."""
