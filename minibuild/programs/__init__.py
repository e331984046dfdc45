"""What a simulated container can execute: the registry of programs, and rooms of them.

A program is one function over a Process.
"""
