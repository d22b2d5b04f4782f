"""streamcell: watch a language model answer inside a notebook."""

__version__ = "0.1.0"
