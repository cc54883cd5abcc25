"""The experiments, a file each, with its YAML in configs/experiment/.

A file has `question(size)`, the declaration of a comparison (experiments/comparison.py), or
`run(line, words)` and, where it reads `size`, `SIZES`. It is found by its name and imported when run only.
"""
