"""Use cases: each is written once, for pages, API, admin, commands and tests alike."""
