"""Roll-ups: sums kept beside the facts, exact at every commit, declared once and kept in two ways."""
