"""What the rows of each kind of file mean: turned into rows for `data.recording`."""
