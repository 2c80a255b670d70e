"""Estimators that know nothing of hotlines: arrays in, arrays out.

survival    after how long does it happen? exact curves, one row per call
binned      the same from count tables (caller group x gap bin x event or censored)
excess      how much of it is more than chance, within which window, and how sure is that?
intervals   between which values does a share or a count lie?
resampling  how far would a figure move if other callers had called?
control     is this month out of the ordinary, or the usual up and down?
tests       do two or more groups differ?
scan        where did a line of events fall silent, where did it burst?
surveys     what do those who answered say, and of how many others may it be said?

`../../docs/maths.md` explains each with a worked example; tests/oracles/ holds them to published figures.
"""
