"""The desk's own words in other languages: catalogues, which of them a desk speaks, and how they are made."""
