"""The pages people read chats on: routes, the queries behind them, templates, and their words in two languages."""
