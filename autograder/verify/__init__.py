"""Prove an assignment sound: run every submission whose outcome is known, and say what did not come out as known."""
