"""Reads: the snapshot that checks look at, and the runs that are kept."""
