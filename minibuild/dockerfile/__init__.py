"""The Dockerfile language: text to syntax tree, word expansion, ignore files."""
