"""What a command writes into a page leaves alone what was written by hand."""

import pytest

from training.marks import put_between

BEGIN, END = "<!-- begin -->", "<!-- end -->"


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    page = f"by hand\n{BEGIN}\nstale\n{END}\nby hand too\n"
    assert put_between(page, BEGIN, END, "fresh") == f"by hand\n{BEGIN}\nfresh\n{END}\nby hand too\n"


@pytest.mark.parametrize("page", ["no marks", BEGIN, END, f"{END} {BEGIN}"])
def test_a_page_without_both_marks_in_order_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="has no <!-- begin --> before <!-- end -->"):
        put_between(page, BEGIN, END, "fresh")
