"""How a frame is said and drawn: forms, page furniture, charts, fonts; and, one file a study, what is declared for its frames."""
