"""From a user's file to a corpus: read, clean, check, deduplicate, split."""
