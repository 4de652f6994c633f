"""What the pages show, one module a page. Every query has a LIMIT, and every value is bound."""
