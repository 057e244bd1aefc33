"""Personal: documents that users have brought themselves, each in an index that only they can search."""
