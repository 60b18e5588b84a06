"""Playbooks as YAML, the schema of the file format, and the loader that makes kernel values."""
