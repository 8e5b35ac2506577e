"""The addresses of the desk: one module a group of pages, each with `routes(desk)`."""
