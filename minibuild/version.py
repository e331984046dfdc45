"""The version; it stands alone so that every room may tell it."""

__version__ = "0.1.0"
