"""The domain as pure functions and frozen values: no framework, database, network or clock."""
