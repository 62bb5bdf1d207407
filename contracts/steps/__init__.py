"""Parts of conversations that several laws share."""
