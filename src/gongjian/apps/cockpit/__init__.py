"""Read-only pages over all other apps; owns no business table."""
