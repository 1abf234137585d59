"""The outbox: what is to be told is kept until it is told, once; see ``teller`` for who decides what."""
