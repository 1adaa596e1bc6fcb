"""The only writer of event files: the log, what a value looks like in it, and the tags."""
