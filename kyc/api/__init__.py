"""The API of identity."""
