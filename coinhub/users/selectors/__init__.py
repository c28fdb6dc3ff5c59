"""Reads of people and their tokens."""
