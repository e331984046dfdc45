"""Accounts: who one is, and the programs that change /etc/passwd, /etc/group and /etc/shadow."""
