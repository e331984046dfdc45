"""What is wrong, or could be better, in a Dockerfile: rules over tree, context and simulated build.
build.

A rule is one small function in `rules/`, found by the decorator `rule`. It reads a `Subject` and yields
`Remark`s; the runner makes `Finding`s of them (code, level, path), less what pragmas and the configuration
leave out. Formats and fixes work on findings alone.
"""
