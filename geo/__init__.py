"""Spatial science: arrays and frames in, arrays and frames out; no database, no screen."""
