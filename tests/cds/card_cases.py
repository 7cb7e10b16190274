"""The cases that every card is made of."""

import dataclasses

from service.cds.case import Case
from tests.cds.charts import a_case, a_chart
from tests.cds.test_question import ASKED, OPENED

CASES: dict[str, Case] = {
    **{f"ordered: {name}": a_case(**sections) for name, (_, sections) in ASKED.items()},
    **{
        f"ordered, exam on file: {name}": a_case(chart=a_chart(exam=True), **sections)
        for name, (_, sections) in ASKED.items()
    },
    **{f"opened: {name}": a_case(chart=chart, order=None, **sections) for name, (_, chart, sections) in OPENED.items()},
}


TO_PERSONS = {name: dataclasses.replace(case, to_person=True) for name, case in CASES.items() if case.order is None}
