"""Migrations, forward only, the same revisions on both dialects."""
