"""Volumes: named and anonymous ones in the store, host paths, and both as live file systems of containers."""
