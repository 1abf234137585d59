"""The rooms: records, states, events, refusals, verbs, and the pure rules that cross them."""
