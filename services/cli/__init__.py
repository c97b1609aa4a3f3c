"""The command line `cchc`: one file a group, Vietnamese help, JSON on stdout with --json."""
