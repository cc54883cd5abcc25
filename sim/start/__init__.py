"""The county and its first inhabitants, drawn from tables."""
