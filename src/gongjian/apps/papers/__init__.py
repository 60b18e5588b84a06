"""What came in (来文): stored files, the text read out of them, its repairs."""
