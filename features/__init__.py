"""The clinical vocabulary that training, rules and service share.

An `Exam` is one examination of a person with leg pain from the back, just as the wire contract states it: history,
signs of the worse leg, red-flag questions, treatment so far. What nobody looked at is *not assessed*, never normal.
`encode` turns an Exam into the row of numbers that the classifier reads, with NaN for what was not assessed.

Read in this order: answer, anatomy, exam (with red_flag_screen and treatment), encoding.
Standard library and numpy only.
"""
