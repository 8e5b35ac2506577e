"""Frames that nobody honest would send, made from frames that somebody did, and a judge of what reading them does."""
