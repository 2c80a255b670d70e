"""For nbval, `-p tests.notebooks.elsewhere`: the report's notebooks on the 2,000 calls and what stands beside them; every cell is as committed but for
the hotline that the parameters name. The consultant's own, and that of a whole quarter, stay where they are (`OWN`): they speak of the sample.
"""

from tests.notebooks import beside

OWN = ("start.ipynb", "explore.ipynb", "longer.ipynb")
SAMPLE = '"../params/sample.yaml"'


def pytest_collection_modifyitems(items):
    cells = [item.cell for item in items if hasattr(item, "cell") and item.path.name not in OWN]
    given = [cell for cell in cells if "parameters" in cell.metadata.get("tags", []) and SAMPLE in cell.source]
    named = repr(str(beside.params())) if given else ""
    for cell in given:
        cell.source = cell.source.replace(SAMPLE, named)
