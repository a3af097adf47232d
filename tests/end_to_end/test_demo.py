"""`demo --headless`: the same seed gives the same picture, and keys do what they do."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.hub_run import Ended, command, own_env

KEYS = 'j j enter wait:2 r "Moment." ctrl+g wait:6'


async def demo(folder: Path, *words: str, hash_seed: str = "0") -> Ended:
    env = own_env(folder, {"PYTHONHASHSEED": hash_seed})
    ended = await command("demo", "--headless", *words, folder=folder, env=env, seconds=60)
    assert (ended.code, ended.err) == (0, ""), ended.err
    return ended


async def test_one_seed_gives_byte_identical_pictures_and_keys_are_typed(tmp_path: Path) -> None:
    """In two processes that hash differently."""
    words = ("--until", "14", "--seed", "4", "--keys", KEYS)
    for name, hash_seed in (("a", "1"), ("b", "2")):
        ended = await demo(tmp_path, *words, "--svg", f"{name}.svg", "--text", f"{name}.txt", hash_seed=hash_seed)
        assert ended.out == ""
    first, second = ((tmp_path / f"{name}.svg").read_bytes() for name in "ab")
    assert first == second
    assert first.startswith(b"<svg") and len(first) > 10_000
    text = (tmp_path / "a.txt").read_text()
    assert text == (tmp_path / "b.txt").read_text()
    assert "Moment." in text


async def test_a_small_screen_on_standard_output(tmp_path: Path) -> None:
    lines = (await demo(tmp_path, "--until", "2", "--text", "-", "--size", "80x24")).out.splitlines()
    assert 20 <= len(lines) <= 24 and max(map(len, lines)) <= 80
    assert not any("Moment." in line for line in lines)
