"""What the outcomes depend on: designs and analyses."""
