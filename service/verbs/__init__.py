"""The commands of the command line: options, one call each, and what is printed. Heavy imports wait for the command."""
