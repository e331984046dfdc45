#!/bin/sh
# Print an index of the pages in a directory: their titles, sorted.
set -eu
for page in "$1"/*.txt; do
    printf '%s\t%s\n' "$(basename "$page" .txt)" "$(head -n 1 "$page")"
done | sort
