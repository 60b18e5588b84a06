"""Assembly only: settings from the environment, the URL table, the one API, entry points."""
