"""Laws and checks that judge a deployment by its own document: plan, ask, record, judge."""
