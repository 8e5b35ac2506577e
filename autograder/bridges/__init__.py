"""Other systems: what they are given, and what runs inside them."""
