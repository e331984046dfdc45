"""Archives and compressors: tar, gzip and its kin, zip, cpio, ar, and what unpacks packages."""
