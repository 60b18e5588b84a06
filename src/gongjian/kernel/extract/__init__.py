"""Facts from the text of campaign papers, each with its span; tables of words lie beside the code."""
