"""The experiments: declarations of arms, conditions, outcomes and sentences."""
