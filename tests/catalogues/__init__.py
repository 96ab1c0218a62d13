"""The sentences for operators: compiled by ``python -m tests.catalogues``, and looked through."""
