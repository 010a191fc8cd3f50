"""A region wired and run, alone or beside others in one market."""
