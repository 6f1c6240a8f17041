"""The evaluation harness, its cases, its baselines and the bench."""
