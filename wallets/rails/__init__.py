"""What speaks to the outside and reads its files; sees no tables."""
