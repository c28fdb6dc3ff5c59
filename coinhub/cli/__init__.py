"""The runner behind ``python3 -m coinhub``."""
