"""Reads for the edges and policies."""
