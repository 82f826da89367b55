"""Formats in and out: what is read from files, how rows are checked, and what is written."""
