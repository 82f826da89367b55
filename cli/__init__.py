"""The ``safeground`` command, for analysts and operators."""
