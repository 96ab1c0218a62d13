"""
A publication's monthly issue, written in Korean and English as a folder of Markdown and
pictures, becomes a finished letter in each language, is proofread by machine, shown,
tested, approved, and delivered to every subscriber once, with a ledger that can prove it
person by person.

The way of the data is the layout: issue, compose, proof, message, dispatch, delivery,
feedback.
"""
