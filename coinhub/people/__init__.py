"""Who may do what: inviting, locking and giving roles, with four eyes where it matters."""
