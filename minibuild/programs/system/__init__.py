"""The system: processes, time, mounts, busybox itself, and programs that run other programs."""
