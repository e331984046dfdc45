"""The command line: one module for each group of commands, imported when one of its commands is called.

The tables say where each command is, as `module:attribute`; nothing is imported before it is needed.
"""

COMMANDS = {
    "build": "minibuild.cli.build:build_command",
    "create": "minibuild.cli.container_run:create_command",
    "completion": "minibuild.cli.completion:completion_command",
    "explain": "minibuild.cli.explain:explain_command",
    "fmt": "minibuild.cli.fmt:fmt_command",
    "history": "minibuild.cli.images:history_command",
    "image": "minibuild.cli.image:image_group",
    "images": "minibuild.cli.images:images_command",
    "inspect": "minibuild.cli.images:inspect_command",
    "lint": "minibuild.cli.lint:lint_command",
    "load": "minibuild.cli.archives:load_command",
    "parse": "minibuild.cli.parse:parse_command",
    "run": "minibuild.cli.container_run:run_command",
    "rmi": "minibuild.cli.images:rmi_command",
    "save": "minibuild.cli.archives:save_command",
    "system": "minibuild.cli.system:system_group",
    "tag": "minibuild.cli.images:tag_command",
}

IMAGE_COMMANDS = {
    "build": COMMANDS["build"],
    "history": COMMANDS["history"],
    "inspect": COMMANDS["inspect"],
    "load": COMMANDS["load"],
    "ls": COMMANDS["images"],
    "rm": COMMANDS["rmi"],
    "save": COMMANDS["save"],
    "tag": COMMANDS["tag"],
}

COMPLETE_VARIABLE = "_MINIBUILD_COMPLETE"  # what a shell sets to ask for completions
