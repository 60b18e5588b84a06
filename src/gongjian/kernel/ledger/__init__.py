"""The book as mathematics: canonical bytes of an event, folding of change-sets, the sealed tree."""
