"""Serves handlers from Python. Not part of the public interface: that is ``spikard.grpc``."""
