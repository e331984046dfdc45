"""The command line: one module for each group of commands, imported when one of its commands is called.

`COMMANDS` says where each command is, as `module:attribute`; nothing is imported before it is needed.
"""

COMMANDS = {
    "build": "minibuild.cli.build:build_command",
    "load": "minibuild.cli.archives:load_command",
    "parse": "minibuild.cli.parse:parse_command",
}
