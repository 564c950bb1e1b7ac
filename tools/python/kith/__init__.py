"""Messages of Kith; generated."""
