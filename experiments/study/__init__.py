"""Many runs: which, where they are worked out, how they are kept."""
