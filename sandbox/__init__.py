"""A conforming deployment of the document, with switchable faults.

Started as a process (``python -m sandbox``); imports nothing else of this suite and reads the document as data.
"""
