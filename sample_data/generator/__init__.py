"""The tables that the sample shop is made of, a module each."""
