"""May it go ahead, and where to; reads only."""
