"""Compose files: services, networks and volumes of one project, read from YAML and put in order."""
