"""Launches as a command line says them: inputs are texts, read by their declared types."""
