"""How a frame is said and drawn: forms, page furniture, charts, fonts; and, one file a study, what is declared for its frames.

The room is a verb too: `from hotline_analysis import show`, then `show(frame)`; see `hotline_analysis.show.forms.show`.
"""

import sys
from types import ModuleType


class _Verb(ModuleType):
    def __call__(self, *things, **options):
        from hotline_analysis.show import forms

        return forms.show(*things, **options)


sys.modules[__name__].__class__ = _Verb
