"""The demo's programs: the same seed gives the same files in any process, and keys do what they do."""

from __future__ import annotations

from pathlib import Path

from tests.demo.small import small_demo
from tests.end_to_end.hub_run import Ended, command, own_env


async def demo(folder: Path, *words: str, hash_seed: str = "0") -> Ended:
    env = own_env(folder, {"PYTHONHASHSEED": hash_seed})
    ended = await command("demo", *words, folder=folder, env=env, seconds=60)
    assert (ended.code, ended.err) == (0, ""), ended.err
    return ended


async def test_one_demo_gives_byte_identical_files(tmp_path: Path) -> None:
    """In two processes that hash differently."""
    small_demo(tmp_path)
    await demo(tmp_path, "run", "small.demo.toml", "--out", "made", hash_seed="1")
    ended = await demo(tmp_path, "run", "small.demo.toml", "--out", "made", "--check", hash_seed="2")
    assert ended.out == ""
    assert len(list((tmp_path / "made").iterdir())) == 5


KEYS = 'j j enter wait:2 r "Moment." ctrl+g'


async def test_a_small_screen_on_standard_output(tmp_path: Path) -> None:
    lines = (
        await demo(tmp_path, "--headless", "--until", "6", "--keys", KEYS, "--text", "-", "--size", "80x24")
    ).out.splitlines()
    assert 20 <= len(lines) <= 24 and max(map(len, lines)) <= 80
    assert any("Moment." in line for line in lines)
