"""Files as they come: opened, unpacked, decoded, cut into rows with their line numbers."""
