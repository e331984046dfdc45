"""The simulated kernel: processes, streams, pipes, signals, a clock, and the scheduler that runs them side
by side.

Nothing here knows a shell or a program: what a file executes is asked of the `lookup` that a `System` is
given.
"""
