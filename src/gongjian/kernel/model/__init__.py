"""Plain frozen values of the domain that refuse impossible states when built."""
