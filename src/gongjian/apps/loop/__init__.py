"""The closed loop: reports and close-out."""
