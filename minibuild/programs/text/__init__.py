"""Programs that read lines and write lines: grep, sed, awk, sort and their kin; diff and patch; jq."""
