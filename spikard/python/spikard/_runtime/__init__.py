"""Runs handlers for the Rust server. Private."""
