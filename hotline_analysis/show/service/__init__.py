"""How the study of service, waits and staffing is said and drawn: a file of declarations a question."""

from hotline_analysis.show.service import (
    attempts,
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
FORMS = {name: form for part in PARTS for name, form in part.FORMS.items()}
SAY = {name: said for part in PARTS for name, said in part.SAY.items()}
