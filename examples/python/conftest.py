"""Lies here so that pytest puts this folder on the module search path."""
