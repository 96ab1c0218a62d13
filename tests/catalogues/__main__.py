"""``python -m tests.catalogues``: compile the sentences for operators."""

from tests.catalogues.compiling import compile_all

compile_all()
