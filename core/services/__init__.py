"""One use case, one function, one transaction. Every function takes the desk and the viewer, and checks rights again."""
