"""A first workspace from somebody's own exports: its files, and a rubric of what they can feed."""
