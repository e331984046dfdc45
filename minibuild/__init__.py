"""minibuild: a Dockerfile build engine in simulation.

See and test exactly what a Dockerfile does, on any machine that has Python: no Docker, no daemon, no root,
no network; what comes out is a real OCI image.
"""

__version__ = "0.1.0"
