"""The engine against plain Mesa; nothing here is needed to use the product."""
