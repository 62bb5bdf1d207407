"""What a document promises, and the words it says it in."""
