"""The planner's dashboard: `python run.py dashboard`. `state` holds the logic, `pages` the screen."""
