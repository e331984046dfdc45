"""Data on well-known base images and packages, and its reader."""
