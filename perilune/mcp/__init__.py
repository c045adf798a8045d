"""The archive for assistants that speak the Model Context Protocol: tools that answer with what each word stands on."""
