"""The desk speaks another language: catalogues, forms, mirrored screens."""
