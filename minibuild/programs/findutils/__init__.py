"""Looking for files and running commands on them: find, xargs, locate."""
