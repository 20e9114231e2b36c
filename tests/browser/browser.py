"""Chromium, driven by selenium, with what the tests of the console need of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from selenium.webdriver import Chrome, ChromeOptions  # type: ignore[import-not-found] # in an environment of its own
from selenium.webdriver.chrome.service import Service  # type: ignore[import-not-found]
from selenium.webdriver.common.action_chains import ActionChains  # type: ignore[import-not-found]
from selenium.webdriver.common.by import By  # type: ignore[import-not-found]
from selenium.webdriver.support.ui import WebDriverWait  # type: ignore[import-not-found]

_T = TypeVar("_T")
TAB, ENTER, SPACE, ESCAPE = "\ue004", "\ue007", "\ue00d", "\ue00c"  # as the W3C's protocol has them
WAIT = 20  # seconds: far more than anything takes, also on a busy machine
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP foreign.example 127.0.0.1",
)


class Browser:
    """One browser with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        # Both paths are given, so that selenium looks for neither, here or elsewhere.
        self.driver: Any = Chrome(options, Service(shutil.which("chromedriver")))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.driver.quit()

    def open(self, url: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Open a page at a size and in a scheme, and forget what was logged before."""
        self.show(width, height, dark=dark)
        self.driver.get(url)
        self.log()

    def show(self, width: int, height: int, *, dark: bool) -> None:
        """Set the size of the view, which has no lower bound as a window's has, and the scheme."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def log(self) -> list[str]:
        """What the page's console has got since the last look: errors, and what the policy has forbidden."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def find(self, selector: str) -> Any:
        """The first element of a selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[Any]:
        """All elements of a selector."""
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector: str) -> str:
        """What is to be read in an element."""
        return str(self.driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def script(self, code: str, *arguments: object) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(code, *arguments)

    def wait(self, condition: Callable[[], _T]) -> _T:
        """Wait until a condition holds, and return what it is."""
        found: _T = WebDriverWait(self.driver, WAIT, 0.05).until(lambda _: condition())
        return found

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, selector: str) -> None:
        """Press the tab key until the focus is on an element; everything that has it on the way must show it."""
        for _ in range(200):
            there, visible = self.script(
                "const at = document.activeElement, style = getComputedStyle(at);"
                "return [at.matches(arguments[0]),"
                " at === document.body || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]",
                selector,
            )
            assert visible, self.script("return document.activeElement.outerHTML")
            if there:
                return
            self.press(TAB)
        raise AssertionError(f"the tab key does not lead to {selector}")

    def wait_for(self, selector: str, text: str) -> None:
        """Wait until an element has a text."""
        self.wait(lambda: text in self.text(selector))

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole page."""
        path.parent.mkdir(parents=True, exist_ok=True)
        width, height = self.script("return [innerWidth, document.documentElement.scrollHeight]")
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        path.write_bytes(self.driver.get_screenshot_as_png())

    def picture(self, path: Path, selector: str = "") -> None:
        """Write a small picture of what is in the view, or of one element."""
        from PIL import Image  # type: ignore[import-not-found] # not installed where the types are checked

        taken = self.find(selector).screenshot_as_png if selector else self.driver.get_screenshot_as_png()
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.open(BytesIO(taken)).convert("RGB")
        image.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
