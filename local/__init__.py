"""The whole stack on one machine, with neither AWS nor Docker: `./chats`."""
