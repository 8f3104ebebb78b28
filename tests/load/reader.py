"""A reader without a browser: says over the websocket what Streamlit's front end says, and keeps what it would show.

Written from what Chromium sent and received while the lessons were used by hand, with Streamlit 1.67:

* With every interaction go the values of all widgets on the screen, those in closed expanders included; a button when
  it is pressed, an expander once it has been opened; the address; and the names of the large messages of the last two
  runs, which the server then does not send again.
* A value that the reader chooses stands in the address at once, if the setting is bound to it. A value that the page
  assigns comes with its widget, and the address in a message of its own.
* What is no longer on the screen is forgotten, and so is everything when the reader turns to another page.
* Of the pages' two components, *browser* adds to the address what is missing there. The timeline plays and scrubs
  inside the browser, without a word to the server.

What a browser fetches once and keeps, the files of the front end, is not fetched. The protocol is Streamlit's own, and
may change with any release.
"""

import json
import socket
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect


class Answer(NamedTuple):
    """What came of an interaction; times by the monotonic clock."""

    last_part: float  # when the last part of the page arrived
    finished: float  # when the server said that this was all
    size: int  # bytes there and back


class PageFailed(Exception):
    """The page shows an exception."""


class Widget(NamedTuple):
    """A widget on the screen, or an expander that says when it is opened."""

    id: str
    kind: str
    told: Message  # what the page says of it

    @property
    def field(self) -> str:
        """Where its value stands in the message."""
        if self.kind == "slider":
            return "string_array_value" if self.told.options else "double_array_value"
        return FIELDS[self.kind]

    @property
    def default(self) -> Any:
        if self.kind == "slider" and self.told.options:
            return [self.told.options[int(index)] for index in self.told.default]
        if self.kind == "slider":
            return list(self.told.default)
        if self.kind == "button_group":
            return [self.told.options[index].content for index in self.told.default]
        if self.kind == "selectbox":
            return self.told.options[self.told.default]
        return self.told.default

    @property
    def assigned(self) -> Any:
        """The value that the page has given to it, if any."""
        if not self.told.set_value:
            return None
        if self.kind == "slider":
            return list(self.told.raw_value if self.told.options else self.told.value)
        if self.kind == "button_group":
            return list(self.told.raw_values)
        return self.told.raw_value if self.kind == "selectbox" else self.told.value


FIELDS = {
    "number_input": "double_value",
    "text_input": "string_value",
    "selectbox": "string_value",
    "checkbox": "bool_value",
    "button_group": "string_array_value",
    "expandable": "bool_value",
    "popover": "bool_value",
}
OPENED = ("expandable", "popover")  # without a value until they are touched


class Reader:
    """Use it as `async with Reader(address) as reader`: `open`, then `choose`, `toggle`, `press` or `turn_to`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.query: dict[str, str] = {}
        self.pages: dict[str, str] = {}  # the name of each page in the address, and what the server calls it
        self.path = ""  # the page on the screen in the address
        self.page = ""  # the same, as the server calls it
        self.elements: list[Element] = []  # on the screen, in the order of their arrival
        self.widgets: dict[str, Widget] = {}  # on the screen, by the key that the page gave
        self.values: dict[str, Any] = {}  # of these, by their id
        self.large: list[dict[str, ForwardMsg]] = [{}, {}]  # messages of the last run and of the one before

    async def __aenter__(self) -> "Reader":
        stream = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        self.socket = await connect(
            stream, subprotocols=["streamlit"], origin=self.address, max_size=None, compression=None
        )
        return self

    async def __aexit__(self, *_) -> None:
        await self.socket.close()

    async def open(self, page: str, **query: str) -> Answer:
        """Follow a link to a page."""
        self.path, self.query = page, query
        return await self._run(self._request(page_name=page))

    async def turn_to(self, page: str) -> Answer:
        """Take another page from the navigation."""
        self.path, self.page = page, self.pages[page]
        self.widgets, self.values = {}, {}
        return await self._run(self._request())

    async def choose(self, key: str, value: Any) -> Answer:
        """Give a widget a value."""
        widget = self.widgets[key]
        self.values[widget.id] = value
        if name := widget.told.query_param_key:
            self.query.pop(name, None)
            if value != widget.default:
                self.query[name] = in_the_address(value)
        return await self._run(self._request())

    async def toggle(self, key: str) -> Answer:
        """Open or close an expander."""
        self.values[self.widgets[key].id] = not self.value(key)
        return await self._run(self._request())

    async def press(self, key: str) -> Answer:
        """Press a button."""
        request = self._request()
        request.rerun_script.widget_states.widgets.add(id=self.widgets[key].id, trigger_value=True)
        return await self._run(request)

    def value(self, key: str) -> Any:
        """The value of a widget; None of an expander that was never opened."""
        return self.values.get(self.widgets[key].id)

    def _known(self) -> dict[str, ForwardMsg]:
        return self.large[1] | self.large[0]

    def _request(self, page_name: str = "") -> BackMsg:
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_name, run.page_script_hash = urlencode(self.query), page_name, self.page
        for widget in self.widgets.values():
            if widget.id in self.values:
                put(run.widget_states.widgets.add(id=widget.id), widget.field, self.values[widget.id])
        run.cached_message_hashes.extend(self._known())
        here = run.context_info
        here.timezone, here.locale, here.color_scheme = "UTC", "en-US", "light"
        here.url = f"{self.address}/{self.path}"
        return message

    async def _run(self, request: BackMsg) -> Answer:
        """Ask for a run of the page, and take in what it draws until it has ended."""
        data, known = request.SerializeToString(), self._known()
        self.elements, self.widgets = [], {}
        self.large = [{}, self.large[0]]
        size, last_part = len(data), monotonic()
        await self.socket.send(data)
        while True:
            data = await self._receive()
            size += len(data)
            message = ForwardMsg.FromString(data)
            if message.ref_hash:
                message = known[message.ref_hash]
            kind = message.WhichOneof("type")
            if kind == "delta":
                last_part = monotonic()
                self._take(message)
            elif kind == "navigation":
                self.page = message.navigation.page_script_hash
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            elif kind == "page_info_changed":
                self.query = dict(parse_qsl(message.page_info_changed.query_string, keep_blank_values=True))
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
        self._forget_what_is_gone()
        return Answer(last_part, monotonic(), size)

    async def _receive(self) -> bytes:
        # The server holds a small message back until the last one is acknowledged (Nagle), and Linux waits 40 ms before
        # it acknowledges to a program like this one; to Chromium it does not. The option lasts for one packet.
        self.socket.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return await self.socket.recv()

    def _take(self, message: ForwardMsg) -> None:
        """One part of the page: an element, or a block that contains elements."""
        if message.metadata.cacheable:
            self.large[0][message.hash] = message
        kind = message.delta.WhichOneof("type")
        if kind == "new_element":
            element = message.delta.new_element
            if element.HasField("exception"):
                raise PageFailed(f"{element.exception.type}: {element.exception.message}")
            self.elements.append(element)
            self._note(element, element.WhichOneof("type"))
        elif kind == "add_block":
            self._note(message.delta.add_block, message.delta.add_block.WhichOneof("type"))

    def _note(self, part: Message, kind: str | None) -> None:
        """What has to be remembered of an element or a block."""
        told = getattr(part, kind) if kind else None
        name = getattr(told, "id", "")
        if kind == "bidi_component" and told.component_name == "browser":
            self.query = json.loads(told.json)["settings"] | self.query
        elif name.startswith("$$ID-"):
            widget = Widget(name, kind, told)
            self.widgets[name.split("-", 2)[2]] = widget
            if kind == "slider" or (kind in FIELDS and kind not in OPENED):
                value = widget.assigned
                self.values[name] = self.values.get(name, widget.default) if value is None else value

    def _forget_what_is_gone(self) -> None:
        shown = {widget.id for widget in self.widgets.values()}
        self.values = {name: value for name, value in self.values.items() if name in shown}


def put(state: Message, field: str, value: Any) -> None:
    if field.endswith("array_value"):
        array = getattr(state, field)
        array.SetInParent()  # an empty one is sent, too
        array.data.extend(value)
    else:
        setattr(state, field, value)


def in_the_address(value: Any) -> str:
    if isinstance(value, list):
        (value,) = value
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")
