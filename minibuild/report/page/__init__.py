"""`minibuild report`: a build or an image as one page that needs nothing else."""
