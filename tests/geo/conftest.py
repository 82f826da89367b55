"""No test here measures time; tiles are read by `tests.tiles_read`."""

from hypothesis import settings

from tests.tiles_read import decode

__all__ = ["decode"]

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
