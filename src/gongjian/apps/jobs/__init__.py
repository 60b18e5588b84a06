"""The queue's worker with leases, and timers that fire once per slot."""
