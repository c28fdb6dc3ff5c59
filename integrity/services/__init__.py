"""Use cases of integrity: check, name, repair, replay, verify the start."""
