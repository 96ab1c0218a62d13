"""
Makes and sends a publication's monthly issue. An issue is written in Korean and English as a
folder of Markdown and pictures. The program composes a letter in each language, proofreads it,
and shows it; people test and approve it; the program delivers it to every subscriber once, and
a ledger proves each delivery.

The packages follow the flow of the data: issue, compose, proof, message, dispatch, delivery,
feedback.
"""
