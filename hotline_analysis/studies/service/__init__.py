"""How does the hotline answer, who waits and for how long, and would more seats help? (接通与人力, D01, D02, D12, B03, B06; methods 7)

One question a module, each with its COLUMNS and its TABLES. `connection`: when one gets through. `levels`: answered in time, under five definitions. `attempts`:
redials as one attempt. `waits`: how long people wait, and how long they would. `load`: what work the calls bring. `staffing`: how many agents that takes,
where there are too few, and what one more would bring.
"""

from hotline_analysis.studies.service import attempts, calls, connection, levels, load, staffing, waits

PARTS = (connection, levels, attempts, waits, load, staffing)
COLUMNS = {name: field for part in (calls, *PARTS) for name, field in part.COLUMNS.items()}
TABLES = {name: make for part in PARTS for name, make in part.TABLES.items()}
REPEATS = ()  # the tables that rest on the definition of a repeat call; the others carry no line of it
