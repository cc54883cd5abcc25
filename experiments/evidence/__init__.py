"""What is known from elsewhere, held against the model."""
