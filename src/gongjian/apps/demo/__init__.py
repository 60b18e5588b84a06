"""The demonstration: both source campaigns built and simulated through the same actions as any user."""
