"""Speed and memory, measured from outside over loopback: `python -m evals.bench`."""
