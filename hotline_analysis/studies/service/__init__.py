"""How does the hotline answer, who waits and for how long, would more seats help, and what is asked, where, when did things break? (接通与人力, D01, D02, D12, D15,
A25, B01-B03, B05, B06, B08, B13, B16, B18, B19, C14; methods 5, 7)

One question a module, each with its COLUMNS and its TABLES. `connection`: when one gets through. `hours`: when calls are lost. `levels`: answered in time, under five definitions. `attempts`:
redials as one attempt. `waits`: how long people wait, and how long they would. `load`: what work the calls bring. `staffing`: how many agents that takes,
where there are too few, and what one more would bring. `volume`: how many calls, about what, and the targets. `channels`: channels, self-service,
marketing. `issues`: questions for self-service, misdirected contacts, consistency. `events`: silences, bursts, mass events. `hardest`: what is hardest to
resolve, and what to work on first.
"""

from hotline_analysis.studies.service import (
    attempts,
    calls,
    channels,
    connection,
    events,
    hardest,
    hours,
    issues,
    levels,
    load,
    staffing,
    volume,
    waits,
)

PARTS = (connection, hours, levels, attempts, waits, load, staffing, volume, channels, issues, events, hardest)
COLUMNS = {name: field for part in (calls, *PARTS) for name, field in part.COLUMNS.items()}
TABLES = {name: make for part in PARTS for name, make in part.TABLES.items()}
WHOLE = (
    "connection",
    "day_types",
    "peak",
    "hours",
    "levels",
    "attempts",
    "waits",
    "wait_course",
    "patience",
    "patience_course",
    "staffing",
    "shortfall",
    "one_more",
    "coverage",
    "events",
    "outages",
)  # of the whole hotline alone: told under `disclosure: internal`
REPEATS = (
    "channels",
    "channel_flow",
    "faq",
    "consistency",
    "hardest",
    "agreement",
    "priority",
)  # the tables that rest on the definition of a repeat call; the others carry no line of it
