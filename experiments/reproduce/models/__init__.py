"""One file a published model: `reproduce(published, parameters, seed)`."""
