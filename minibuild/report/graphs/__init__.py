"""Graphs of stages and of images: `model` makes them, `texts` and `svg` draw them."""
