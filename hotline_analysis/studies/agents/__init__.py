"""Is it the agent, the issue, or luck? (业务诉求人员差异与员工复电率下钻, F0 A05, A19, A20, A36-A40)

One question a module, each with its COLUMNS and its TABLES. `counts`: how many are to be coached or trained, without names. `cells`: every agent and issue
against what the others have with the same calls, the same by agent, and what each issue calls for (培训 / 辅导 / 流程). `hangups`: short calls that are followed
by another at once. `ahead`: what to expect next month of those who stand out now if nothing is done. Names are for staff. Source: methods 5.
"""

from hotline_analysis.studies.agents import ahead, cells, counts, hangups

PRIVATE = True  # its notebook is for staff: not a page of the month
PARTS = (counts, cells, hangups, ahead)
COLUMNS = {name: field for part in PARTS for name, field in part.COLUMNS.items()}
TABLES = {name: make for part in PARTS for name, make in part.TABLES.items()}
STAFF = tuple(name for part in PARTS for name in part.STAFF)
