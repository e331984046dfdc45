"""A Dockerfile becomes an image: plan, loop, cache, one module an instruction; see `building.build`."""
