"""Adapters to what the outside knows: prices."""
