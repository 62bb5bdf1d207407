"""Steps that read lists page by page."""
