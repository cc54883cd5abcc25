"""How a village plans its service: what a step costs, what it may expect, which plan it can carry."""
