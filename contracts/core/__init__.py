"""Words and values that everything else uses; nothing here sends, plans or judges."""
