"""Paper and pictures: data in, PDF or PNG out."""
