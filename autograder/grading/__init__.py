"""Intake → run → score → result, for one submission or many."""
