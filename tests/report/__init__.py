"""Tests of reports; a package, so that they share `samples`."""
