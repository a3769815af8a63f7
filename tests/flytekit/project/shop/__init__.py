"""Workflows as a team of flytekit users has them; packaged by the real `pyflyte package`."""
