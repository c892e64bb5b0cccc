"""What people do in the explorer, step by step; each looks whether it did what it should."""

from __future__ import annotations

from browser import ANSWER, QUESTION, Tab

# cytoscape leaves itself at the element that it draws in.
_NODE = """([box, name]) => {
  const node = box._cyreg?.cy.nodes().filter((one) => one.data("name") === name)[0];
  return node && [node.renderedPosition().x, node.renderedPosition().y];
}"""
NEW = "The ferry Alka sails from Molde. The captain of the Alka is Pia Holm."


def ask(tab: Tab) -> None:
    """A question gets its answer, with the sentence marked that counts; the address holds it."""
    tab.open()
    tab.write("Question", QUESTION)
    tab.sees(ANSWER)
    assert ANSWER in tab.page.locator("mark").first.inner_text()
    assert "q=Who" in tab.page.url


def follow(tab: Tab) -> None:
    """The way from the question to the answer is told in words, and leads to what is known of a name."""
    tab.page.get_by_text("The way in words").click()
    tab.sees("question: ")
    tab.page.get_by_test_id("stMain").get_by_role("link", name="Sula").first.click()
    tab.page.get_by_role("heading", level=1, name="What is known").wait_for()
    tab.sees("captain of the Sula")


def click_node(tab: Tab, name: str) -> None:
    """A node of the graph is clicked with the mouse, where it is drawn."""
    box = tab.page.locator("[role=application]").first
    box.scroll_into_view_if_needed()
    drawn = [box.element_handle(), name]
    x, y = tab.page.wait_for_function(_NODE, arg=drawn).json_value()
    box.click(position={"x": x, "y": y})
    tab.settle()


def upload(tab: Tab, name: str = "alka.txt", text: str = NEW) -> None:
    """A file is dropped, read and listed."""
    tab.open("documents")
    tab.page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    )
    tab.page.get_by_test_id("stFileUploader").get_by_text(name).wait_for()
    tab.press("Read them")
    tab.sees("1 of 1 files are in the memory")
    tab.sees(f"{name} · text")


def merge(tab: Tab) -> None:
    """Two names are said to be one, after a look at both; undo takes them apart."""
    tab.open("record", id="M. Lindqvist")
    tab.choose("Merge")
    tab.write("Name of the other one", "Mara Lindqvist")
    tab.sees("Mara Lindqvist was born in Bergen")  # the other side, before anything is done
    tab.press("Make them one")
    tab.sees("Done:")
    tab.sees("One with:")


def undo(tab: Tab) -> None:
    """What was done last is taken back."""
    tab.press("Undo")
    tab.sees("Done: undo")


def forget(tab: Tab, title: str = "alka") -> None:
    """A document is forgotten after a look at what goes with it; its page says what went."""
    tab.open("documents")
    tab.page.get_by_test_id("stMain").get_by_role("link", name=title).first.click()
    tab.choose("Forget it")
    tab.sees("What goes")
    tab.press("Forget this document")
    tab.sees("This document was forgotten.")
    tab.sees("Gone")


def resolve(tab: Tab) -> None:
    """Of two sources that are at odds one is said to be wrong, and the other alone stands."""
    tab.open("review", kind="contradictions")
    tab.sees("Mara Lindqvist was born in Bergen")
    tab.sees("Mara Lindqvist was born in Drammen")
    tab.page.get_by_role("button", name="2 is wrong (2)").click()
    tab.sees("Done:")
    tab.sees("Nothing is waiting here.")


def rename(tab: Tab, to: str) -> None:
    """Another name to show, in the form that is open."""
    tab.page.get_by_label("The name to show").fill(to)
    tab.press("Rename")
