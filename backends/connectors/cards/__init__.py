"""What fills cards: the company's own systems, asked by HTTP or by a command."""
