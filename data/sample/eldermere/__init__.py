"""Eldermere: an invented town on an invented island, drawn from a seed."""
