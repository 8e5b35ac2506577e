"""Full-size data, given by path: checked by hash, and written in a form that loads without running code."""
