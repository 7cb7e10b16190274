"""The text for the record, as the page puts it into the clipboard."""

from playwright.sync_api import Page, expect


def copied(page: Page) -> str:
    """The text for the record."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator("#takeaway [role=status]")).to_contain_text("Copied")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def flat(text: str) -> str:
    """A text without its lines."""
    return " ".join(text.split())
