"""What an agency writes on the way of a batch: a file for each letter, words in ``words``, look in ``letter.typ``."""
