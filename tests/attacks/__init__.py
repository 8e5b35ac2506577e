"""Hostile submissions: what each tries, what must happen, and the ground on which they are run."""
