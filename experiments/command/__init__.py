"""The command line: words, configuration, settings, verbs."""
