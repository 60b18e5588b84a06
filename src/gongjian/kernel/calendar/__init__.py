"""Days that are worked and days that are not."""
