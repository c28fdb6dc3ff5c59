"""How moments and days are written; Django asks here first."""
