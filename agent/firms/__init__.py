"""Firms as a whole: founding one from answers or a file, and the demo firm."""
