"""An unknown export: its first rows raw and parsed, what is said of it, the format file it could have."""
