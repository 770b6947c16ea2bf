"""Serves handlers from Python. Private: ``spikard.grpc`` is the public interface."""
