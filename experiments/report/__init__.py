"""Text, figures and pages."""
