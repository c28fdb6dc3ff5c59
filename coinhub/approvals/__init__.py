"""Four eyes: what one member of staff proposes, another approves; then it is done at once."""
