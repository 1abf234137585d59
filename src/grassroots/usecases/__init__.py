"""One class per aggregate; each method opens the work, asks the rule, keeps and commits."""
