"""The page behind the link in a text, as a phone opens it."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from tests.scenarios.conftest import ScenarioDesk


class Link:
    """The page behind the link in somebody's last text."""

    def __init__(self, desk: ScenarioDesk, name: str = "Amy") -> None:
        text = next(t.body for t in reversed(desk.phone_of(name).phone.texts) if "/t/" in t.body)
        found = re.search(r"https://desk\.test(/t/[\w.\-]+)$", text)
        assert found is not None, text
        self.desk, self.path = desk, found[1]
        self.client = desk.service.web.test_client()

    def shows(self) -> str:
        """What the link alone shows to this browser."""
        return self.client.get(self.path).text

    def opens(self) -> str:
        """Press the button that shows the number and the message."""
        assert self.raw("/open", "post").status_code == 303
        return self.shows()

    def does(self, act: str, **fields: str) -> str:
        answer = self.client.post(f"{self.path}/{act}", data=fields)
        assert answer.status_code == 302
        self.desk.scenario.settle()
        return self.shows()

    def raw(self, path: str = "", method: str = "get", **fields: str) -> TestResponse:
        return self.client.open(self.path + path, method=method.upper(), data=fields)
