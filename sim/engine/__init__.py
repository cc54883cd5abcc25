"""Kernels, tables and keyed draws: what makes the month fast; parts use it and never look inside."""
