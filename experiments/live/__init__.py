"""The months before your eyes."""
