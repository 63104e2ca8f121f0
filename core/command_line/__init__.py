"""Groups of commands, each in a module of its own; ``core.__main__`` is the way in."""
