"""What a person types, one module a command.

A module's docstring is the command's help: its first sentence stands in the list of commands, and what follows
"example" below the arguments. `add_arguments` says what the command takes; `run` does it and returns the exit code.
Whatever takes time to load is imported within `run`, so that help and wrong use are answered at once.
"""
