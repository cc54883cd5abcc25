"""What people do with the model: scenarios, many runs, the store, the first answer."""
