"""Serves classes that were written for grpcio."""
