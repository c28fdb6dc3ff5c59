"""The customer's pages of identity."""
