"""Ids that a replay meets again: 63-bit hashes of natural keys."""

from hashlib import blake2b


def stable_id(*parts: object) -> int:
    """Return a non-negative 63-bit id of the parts in order (BLAKE2b-64, top bit dropped).

    The chance that any two of ten million keys meet is about 5 in a million; the recorder compares `natural_key`
    and refuses the second row when they do.
    """
    text = "\x1f".join(["" if part is None else str(part) for part in parts])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
