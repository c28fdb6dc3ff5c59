"""What pages show of second factors."""
