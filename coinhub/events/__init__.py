"""What happened: audit and outbox rows, written with the change, told after the commit."""
