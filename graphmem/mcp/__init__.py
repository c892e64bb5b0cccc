"""The memory for agents: a server of the Model Context Protocol (https://modelcontextprotocol.io)."""
