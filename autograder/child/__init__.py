"""What runs beside student code. Imports nothing of the rest but the protocol."""
