"""Sign-in identity and roles."""
