"""What strangers write that is too long to stand in a list: a word for each, and how it is spelled out."""

LONG = {
    "DIGITS400": "1" * 400,
    "DIGITS5000": "1" * 5_000,
    "LONG900": "x" * 900,
    "LONG140000": "x" * 140_000,
    "LONG3000000": "x: y\n" * 600_000,
    "NESTED3000": "[" * 3_000 + "]" * 3_000,
    "LADDER3000": "".join(" " * at + "a:\n" for at in range(1_000)),
    "KEYS20000": "".join(f"a{at}: 1\n" for at in range(20_000)),
}


def spelled(text, **more):
    """A text with what is too long to stand in the list."""
    for word, long in {**dict(sorted(LONG.items(), reverse=True)), **more}.items():
        text = text.replace(word, long)
    return text
