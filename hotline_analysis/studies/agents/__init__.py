"""Is it the agent, the issue, or luck? (业务诉求人员差异与员工复电率下钻, F0 A05, A19, A20, A36-A40)

One question a module, each with its COLUMNS and its TABLES. `counts`: how many are to be coached or trained, without names. `cells`: every agent and issue
against what the others have with the same calls, the same by agent, and what each issue calls for (培训 / 辅导 / 流程). `hangups`: short calls that are followed
by another at once. `vague`: does 其他 hide what was called about. `talk`: do shorter calls buy repeats. `ahead`: what to expect next month of those who stand out
now if nothing is done, and what became of those of last month. `behind`: the calls behind a figure. Names are for staff. Source: methods 5.
"""

from hotline_analysis.studies.agents import ahead, behind, cells, counts, hangups, talk, vague

PRIVATE = True  # its notebook is for staff: not a page of the month
PARTS = (counts, cells, hangups, vague, talk, ahead, behind)
COLUMNS = {name: field for part in PARTS for name, field in part.COLUMNS.items()}
TABLES = {name: make for part in PARTS for name, make in part.TABLES.items()}
WHOLE = ("counts",)  # of the whole hotline alone: told under `disclosure: internal`
STAFF = tuple(name for part in PARTS for name in part.STAFF)
