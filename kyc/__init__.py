"""Identity: one case per customer, one status."""
