"""What to decide: where a plan fails, and what that means for a choice."""
