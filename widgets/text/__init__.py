"""Text in cells: laid out for reading, and edited."""
