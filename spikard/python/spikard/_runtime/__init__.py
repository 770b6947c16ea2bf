"""Runs handlers for the Rust server. Not part of the public interface."""
