"""A file of one pattern that fits: what tests of the reader change in one place."""

GOOD = """\
patterns:
  - id: mine
    what: villages with a facility
    source: my county
    year: 2024
    grade: B
    observed: 0.3
    observation_sd: 0.01
    discrepancy_sd: 0.05
    band: [0.2, 0.4]
    use: validation
    summary: facilities_at_start
    setup: start
"""
