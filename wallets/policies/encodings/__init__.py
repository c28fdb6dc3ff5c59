"""How addresses are written down: each encoding with its checksum."""
