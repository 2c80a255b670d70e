"""Text to canonical types, one file at a time; numbers and ids to pseudonyms."""
