"""For programs: tiles, uploads, files and health."""
