"""File and text utilities of busybox's coreutils: copying, listing, attributes, checksums, small printers."""
