"""Plain HTTP: the start page, health, metrics, files and calendar feeds."""
