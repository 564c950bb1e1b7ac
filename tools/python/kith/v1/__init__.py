"""Version 1 of the messages; generated from schemas/kith/v1."""
