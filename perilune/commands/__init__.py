"""The command line, one module per group of commands; heavy imports stand inside commands, so that help is quick."""
