"""A harbour's berth list."""
