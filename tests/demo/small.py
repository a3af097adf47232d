"""A small shop and a demo of it: two customers, no past, so that a play takes no time."""

from __future__ import annotations

from pathlib import Path

SHOP = """
title = "A small shop"
timezone = "Asia/Jerusalem"
[[agent]]
id = "noa"
name = "Noa"
me = true
[[customer]]
id = "dana"
name = "דנה לוי"
addresses = { whatsapp = "972549871234" }
[[customer.turn]]
at = 0
say = "איפה המשלוח שלי? 🙏"
[[customer.turn]]
on = "reply"
wait = 12
say = "Thank you so much"
"""

DEMO = """title = "A small *shop*"
about = "What Noa does."
scenario = "shop.toml"
size = "70x14"
step = [
    { wait_for = "המשלוח שלי", press = "enter enter", snapshot = "opened" },
    { say = "She writes\\nand sends.", type = "By `now`.", press = "ctrl+g", wait_for = "takes it back" },
    { advance = "8s", snapshot = "sent" },
    { wait_for = "Thank you so much", within = "20s", snapshot = "thanked" },
]
"""


def small_demo(folder: Path, text: str = DEMO, name: str = "small.demo.toml") -> Path:
    """Its file, with the shop beside it."""
    (folder / "shop.toml").write_text(SHOP, encoding="utf-8")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
