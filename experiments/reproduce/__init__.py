"""Published models by command: what they claim, what this model shows when it is set as they are."""
