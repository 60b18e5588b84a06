"""The append-only book (一本账): events, their change-sets, the seal; the only way rows are written."""
