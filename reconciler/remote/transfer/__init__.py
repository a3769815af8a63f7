"""Literals brought to files, and what `flyte://` URLs stand for."""
