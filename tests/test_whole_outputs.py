"""Outputs are whole: after a full disk or a kill they are all old or all new."""

from __future__ import annotations

import dataclasses
import errno
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import timing
from timing.errors import ArgumentError
from timing.study import Run, exchange, primary_study, run, run_alone, staging
from timing.study.declaration import analyses_folder
from timing.study.file_names import check_file_name
from timing.study.staging import Staging
from timing.tables import csv_table, docx_table, write_table
from timing.whole import write_whole


@pytest.fixture
def _bound_by_permissions(tmp_path):
    path = tmp_path / "protected"
    path.write_text("")
    path.chmod(0o444)
    if os.access(path, os.W_OK):
        pytest.skip("the administrator may write anywhere")
    path.unlink()


# One file


def test_a_file_is_overwritten_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "a.txt"
    write_whole(path, "old")
    path.chmod(0o640)
    write_whole(path, "né\n")
    assert path.read_bytes() == b"n\xc3\xa9\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_file_behind_a_link_is_written(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "link").symlink_to("a.txt")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a.txt").read_text() == "new"


@pytest.mark.parametrize("call", ["fsync", "replace", "rename", "chmod"])
def test_an_error_leaves_the_old_file_and_names_it(tmp_path, monkeypatch, call):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fails(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, fails)
    if call == "rename":  # not how it is done
        write_whole(path, "new")
    else:
        with pytest.raises(OSError, match="No space left on device") as caught:
            write_whole(path, "new")
        assert caught.value.filename == str(path)
        assert caught.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert path.read_text() == ("new" if call == "rename" else "old")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_device_is_written_to_directly():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full")
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_whole(full, "new")
    assert full.is_char_device()


def test_what_is_no_file_or_has_no_folder_is_named(tmp_path):
    with pytest.raises(IsADirectoryError, match=str(tmp_path)):
        write_whole(tmp_path, "new")
    missing = tmp_path / "no" / "a.txt"
    with pytest.raises(FileNotFoundError, match=f"No such file.*{missing}"):
        write_whole(missing, "new")


@pytest.mark.usefixtures("_bound_by_permissions")
def test_a_protected_file_stays(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(PermissionError, match=str(path)):
        write_whole(path, "new")
    assert path.read_text() == "old"


def test_readers_and_other_writers_never_see_half_a_file(tmp_path):
    path = tmp_path / "a.txt"
    texts = [letter * 100_000 for letter in "abcd"]
    write_whole(path, texts[0])

    def write(text):
        for _ in range(25):
            write_whole(path, text)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert path.read_text() in texts
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


# Names of files


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "must neither begin nor end with a dot or a blank"),
        ("..", "must neither begin nor end with a dot or a blank"),
        (".hidden.csv", "must neither begin nor end with a dot or a blank"),
        ("a. ", "must neither begin nor end with a dot or a blank"),
        ("lag_profile_../../a.csv", r'must hold none of / \\ : \* \? " < > \|'),
        ("a\\b.csv", "must hold none of"),
        ("C:a.csv", "must hold none of"),
        ("a\nb.csv", "must hold nothing that cannot be printed"),
        ("a\x00b.csv", "must hold nothing that cannot be printed"),
        ("a\u202egnp.csv", "must hold nothing that cannot be printed"),
        ("\udcff.csv", "must hold nothing that cannot be printed"),
        ("é" * 74 + ".csv", "must have at most 150 bytes"),
        ("NUL.csv", "must not be that of a device of Windows"),
        ("com1 .tar.gz", "must not be that of a device of Windows"),
        ("Manifest.json", "must not be that of the manifest"),
    ],
)
def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path, name, rule):
    job = Run(study=primary_study(), folder=tmp_path / "out", script="some")
    job.folder.mkdir()
    with pytest.raises(ArgumentError, match=f"a file's name {rule}"):
        job.text(name, "x")
    assert not job.files
    assert [p.name for p in tmp_path.rglob("*")] == ["out"]


@pytest.mark.parametrize("name", ["a.csv", "null.csv", "컴.csv", "a..b", "é" * 73])
def test_plain_names_are_taken(name):
    check_file_name(name)


def test_names_that_some_systems_take_for_one_are_refused(tmp_path):
    job = Run(study=primary_study(), folder=tmp_path, script="some")
    job.text("Café.txt", "1")
    for same in ("café.txt", "Cafe\u0301.txt"):
        with pytest.raises(RuntimeError, match="twice"):
            job.text(same, "2")
    assert (tmp_path / "Café.txt").read_text() == "1"


# Text that would be run


EVIL = [
    "=1+1",
    "+a",
    "-a",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\uff1d1",
    "- 3 years",
    "-7 to 7",
]
HARMLESS = ["a=1", "-1.5", "+3", "-1e-05", "-50%", " =1", "", "'=1"]


def test_text_of_a_csv_is_inert_in_spreadsheets_and_numbers_are_as_they_are():
    table = pd.DataFrame({"=head": EVIL, "n": -np.arange(9.0), "i": -np.arange(9)})
    found = pd.read_csv(io.StringIO(csv_table(table), newline=""))
    expected = [f"'{text}".replace("\r", "\n") for text in EVIL]
    assert found["'=head"].tolist() == expected
    assert (found["n"] == table["n"]).all()
    assert csv_table(table[["n", "i"]]) == table[["n", "i"]].to_csv(index=False)
    table = pd.DataFrame({"text": HARMLESS})
    assert csv_table(table) == table.to_csv(index=False)
    rows = pd.DataFrame({"text": ["a\r=1", "a\r\n=1"], "n": [1, 2]})
    assert csv_table(rows) == 'text,n\n"a\n=1",1\n"a\n=1",2\n'


def test_other_columns_are_written_as_pandas_writes_them():
    table = pd.DataFrame(
        {
            "day": pd.to_datetime(["2025-10-28", None]),
            "mixed": [-1.5, None],
            "missing": ["a", np.nan],
            "kind": pd.Categorical(["a", "b"]),
            "flag": [True, False],
            "objects": pd.Series([-2, "x"], dtype=object),
        }
    )
    assert csv_table(table) == table.to_csv(index=False)
    evil = table.assign(kind=pd.Categorical(["=a", "b"]), objects=[-2, "=x"])
    text = csv_table(evil).splitlines()
    assert text[1:] == ["2025-10-28,-1.5,a,'=a,True,-2", ",,,b,False,'=x"]


def test_tables_and_figures_of_a_run_are_inert(tmp_path):
    job = Run(study=primary_study(), folder=tmp_path, script="some")
    frame = pd.DataFrame({"text": ["=1+1"], "n": [-1.5]})
    job.table("t", frame, title="T")
    assert (tmp_path / "t.csv").read_text() == "text,n\n'=1+1,-1.5\n"
    with zipfile.ZipFile(tmp_path / "t.docx") as packed:
        body = packed.read("word/document.xml").decode()
    assert "<w:t>'=1+1</w:t>" in body
    assert "<w:t>-1.50</w:t>" in body
    ax = timing.figures.new_axes(3, 2)
    job.figure("f", ax, title="T", alt_text="A", data=frame)
    assert (tmp_path / "f.data.csv").read_text() == "text,n\n'=1+1,-1.5\n"


def test_text_is_text_in_markdown_latex_html_and_word():
    evil = "<b>|`x`|*y*|[z](u)|\\|&lt;|$1$|_a_ a_b\x00\x0b"
    frame = pd.DataFrame({"c": [evil, "[0.5"]})
    options = {"title": f"T\n\n{evil}", "note": evil}
    markdown = write_table(frame, "markdown", **options).splitlines()
    cell = (
        r"\<b>\|\`x\`\|\*y\*\|\[z\](u)\|\\\|\&lt;\|\$1\$\|\_a\_ a_b"
        "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    )
    assert markdown == [
        f"**T {cell}**", "", "| c |", "|---|", f"| {cell} |", r"| \[0.5 |", "", cell
    ]  # fmt: skip
    latex = write_table(frame, "latex", label="tab:a%}b", **options).splitlines()
    assert r"\label{tab:a--b}" in latex
    assert r"{}[0.5 \\" in latex  # no option of the end of the row before it
    assert "\n\n" not in "\n".join(latex)
    page = write_table(frame, "html", **options)
    assert "<b>" not in page
    for text in (page, *latex):
        assert "\x00" not in text
        assert "\x0b" not in text
    assert docx_table(frame, title=evil * 10, note=evil)


# A study of two quick scripts


FIRST = '''
"""First."""
def main(run):
    """Write."""
    run.text("a.txt", f"{run.study.seed}\\n" * 20_000)
    run.text("b.txt", f"b{run.study.seed}")
'''
SECOND = '''
"""Second."""
def main(run):
    """Read and write."""
    run.text("c.txt", (run.folder / "b.txt").read_text()[::-1])
'''
OLD, NEW = (dataclasses.replace(primary_study(), seed=seed) for seed in (11, 22))


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """Have a study of two scripts, and return the folder of them."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "first.py").write_text(FIRST)
    (folder / "second.py").write_text(SECOND)
    monkeypatch.setattr(run, "scripts_of", lambda study: ("first", "second"))
    monkeypatch.setattr(run, "analyses_folder", lambda: folder)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # for a cut of the power only
    return folder


def study(which, output, **options):
    options = {"scripts": ("first", "second"), "progress": False} | options
    return timing.run_study(which, output, **options)


def hidden(output):
    return output.with_name(f".{output.name}.unfinished")


def snapshot(folder):
    """Every file below a folder; without the seconds of the manifest."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = path.read_bytes() if path.is_file() else None
    if "manifest.json" in found:
        content = json.loads(found["manifest.json"])
        del content["seconds"]
        found["manifest.json"] = json.dumps(content).encode()
    return found


@pytest.fixture
def states(scripts, tmp_path):
    """Finish a run, with files of the user; know it before and after a new one."""
    output = tmp_path / "out"
    study(NEW, output)
    make_mine(output)
    new = snapshot(output)
    for path in output.iterdir():
        if path.is_file():
            path.unlink()
    make_mine(output)
    study(OLD, output)
    old = snapshot(output)
    assert old.keys() == new.keys()
    assert old["a.txt"] != new["a.txt"]
    return output, old, new


def make_mine(output):
    (output / "mine").mkdir(exist_ok=True)
    (output / "notes.txt").write_text("my notes")
    (output / "mine" / "deep.txt").write_text("more")


def test_the_outputs_are_replaced_and_the_users_files_stay(states):
    output, _, new = states
    output.chmod(0o750)
    (output / "link").symlink_to("notes.txt")
    study(NEW, output)
    assert (output / "link").is_symlink()
    (output / "link").unlink()
    assert snapshot(output) == new
    assert stat.S_IMODE(output.stat().st_mode) == 0o750
    assert not hidden(output).exists()
    assert (output / "notes.txt").stat().st_nlink == 1


def test_while_a_run_works_the_old_outputs_stand(states, scripts):
    output, old, _ = states
    (scripts / "second.py").write_text(
        f'''
"""Look."""
import stat
from pathlib import Path
def main(run):
    """Look."""
    assert Path({str(output)!r}, "a.txt").read_text().startswith("11")
    assert (run.folder / "a.txt").read_text().startswith("22")
    assert stat.S_IMODE(run.folder.parent.stat().st_mode) == 0o700
    raise ZeroDivisionError
'''
    )
    with pytest.raises(ZeroDivisionError):
        study(NEW, output)
    assert snapshot(output) == old


def test_scripts_run_by_themselves_read_the_others_outputs_and_leave_them(states):
    output, old, new = states
    study(NEW, output, scripts=["second"])
    found = snapshot(output)
    assert found["c.txt"] == old["c.txt"]  # from the old b.txt
    manifest = json.loads(found["manifest.json"])
    assert set(manifest["files_sha256"]) == {"c.txt", "second.contents.json"}
    assert {n: found[n] for n in ("a.txt", "b.txt", "notes.txt")} == {
        n: old[n] for n in ("a.txt", "b.txt", "notes.txt")
    }
    study(NEW, output)
    assert snapshot(output) == new


def test_files_that_no_script_writes_any_more_go_unless_they_were_changed(
    states, scripts
):
    output, _, _ = states
    (scripts / "first.py").write_text(FIRST.replace("a.txt", "x.txt"))
    study(NEW, output)
    assert not (output / "a.txt").exists()
    assert (output / "x.txt").exists()
    (output / "x.txt").write_text("by hand")
    (scripts / "first.py").write_text(FIRST)
    study(NEW, output, scripts=["first"])
    assert (output / "c.txt").exists()
    study(NEW, output)
    assert (output / "x.txt").read_text() == "by hand"


@pytest.mark.parametrize("manifest", ["{", "[]", '{"seconds": 1}', "{}"])
def test_a_manifest_that_is_not_ours_is_no_matter(states, manifest):
    output, _, new = states
    (output / "manifest.json").write_text(manifest)
    study(NEW, output)
    assert snapshot(output) == new


def test_two_scripts_that_write_one_file_are_an_error(scripts, tmp_path):
    (scripts / "second.py").write_text(SECOND.replace("c.txt", "b.txt"))
    with pytest.raises(RuntimeError, match=r"second writes b\.txt, which an earlier"):
        study(NEW, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_a_user_does_during_the_run_is_not_undone(states, scripts):
    output, _, new = states
    (output / "gone.txt").write_text("to be removed")
    (scripts / "second.py").write_text(
        SECOND
        + f"""
    from pathlib import Path
    output = Path({str(output)!r})
    (output / "gone.txt").unlink()
    (output / "late.txt").write_text("late")
    (output / "notes.txt").unlink()
    (output / "notes.txt").write_text("changed")
"""
    )
    study(NEW, output)
    expected = {"late.txt": b"late", "notes.txt": b"changed"}
    assert snapshot(output) == new | expected


def test_what_comes_at_the_last_moment_is_carried_over(states, monkeypatch):
    output, _, new = states
    real = staging.take_place

    def late(new, place, old):
        (place / "late.txt").write_text("late")
        (place / "mine" / "later.txt").write_text("later")
        real(new, place, old)

    monkeypatch.setattr(staging, "take_place", late)
    study(NEW, output)
    found = snapshot(output)
    assert found.pop("late.txt") == b"late"
    assert found.pop("mine/later.txt") == b"later"
    assert found == new


def test_a_folder_where_a_file_goes_is_named(states):
    output, _, new = states
    (output / "a.txt").unlink()
    (output / "a.txt").mkdir()
    (output / "a.txt" / "mine.txt").write_text("mine")
    message = r"a\.txt is a folder, and a file of the run goes there; move it away"
    with pytest.raises(ArgumentError, match=message):
        study(NEW, output)
    assert (output / "a.txt" / "mine.txt").read_text() == "mine"
    (output / "a.txt").rename(output.parent / "moved")
    study(NEW, output, resume=True)
    assert snapshot(output) == new


def test_folders_without_permissions_are_carried_over(states):
    output, _, _ = states
    (output / "mine").chmod(0o500)
    study(NEW, output)
    assert stat.S_IMODE((output / "mine").stat().st_mode) == 0o500
    assert (output / "mine" / "deep.txt").read_text() == "more"
    assert not hidden(output).exists()
    (output / "mine").chmod(0o700)


# Where the output goes


def test_a_link_to_the_output_folder_stays_a_link(states, tmp_path):
    output, _, new = states
    (tmp_path / "link").symlink_to(output)
    assert study(NEW, tmp_path / "link") == tmp_path / "link" / "manifest.json"
    assert (tmp_path / "link").is_symlink()
    assert snapshot(output) == new


@pytest.mark.parametrize("through", ["", "link"])
def test_a_file_is_no_output_folder(scripts, tmp_path, through):
    path = tmp_path / "out"
    path.write_text("mine")
    if through:
        (tmp_path / through).symlink_to(path)
    message = "`output` is .*; it must be a folder, and this is a file"
    with pytest.raises(ArgumentError, match=message):
        study(NEW, tmp_path / (through or "out"))
    assert path.read_text() == "mine"


def test_a_link_to_itself_is_no_output_folder(scripts, tmp_path):
    (tmp_path / "out").symlink_to("out")
    with pytest.raises((ArgumentError, OSError), match="out"):
        study(NEW, tmp_path / "out")


def test_relative_folders_hold_when_a_script_goes_elsewhere(
    scripts, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (scripts / "first.py").write_text(
        FIRST + f"    import os\n    os.chdir({str(scripts)!r})\n"
    )
    assert study(NEW, "deep/out") == Path("deep/out/manifest.json")
    assert (tmp_path / "deep" / "out" / "c.txt").exists()
    assert not (scripts / "deep").exists()


def test_in_the_working_folder_files_are_replaced_one_by_one(states, monkeypatch):
    output, _, new = states
    monkeypatch.chdir(output)
    before = output.stat().st_ino
    study(NEW, ".")
    assert output.stat().st_ino == before
    assert snapshot(Path.cwd()) == new
    assert not hidden(output).exists()


def test_where_nothing_may_be_made_beside_the_folder_it_works_inside(
    states, monkeypatch
):
    output, old, new = states
    monkeypatch.setattr(staging, "_may_be_moved", lambda folder: False)
    with breaking("second"):
        study(NEW, output)
    found = snapshot(output)
    assert {n: found[n] for n in old} == old
    assert (output / ".unfinished").is_dir()
    study(NEW, output, resume=True)
    assert snapshot(output) == new


@pytest.mark.usefixtures("_bound_by_permissions")
def test_folders_that_may_not_be_written_to(states):
    output, old, new = states
    output.parent.chmod(0o555)
    study(NEW, output)
    assert snapshot(output) == new
    study(OLD, output)
    output.chmod(0o555)
    with pytest.raises(PermissionError, match=f"Permission denied: '{output}"):
        study(NEW, output)
    assert snapshot(output) == old
    output.chmod(0o755)
    with pytest.raises(PermissionError, match=f"Permission denied: '{output.parent}"):
        study(NEW, output.parent / "new")
    output.parent.chmod(0o755)


@contextmanager
def breaking(script):
    """Let one script be interrupted."""
    real = run.run_script

    def run_script(name, job):
        if name == script:
            raise KeyboardInterrupt
        return real(name, job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "run_script", run_script)
        with pytest.raises(KeyboardInterrupt):
            yield


def test_one_run_at_a_time(states):
    output, old, new = states
    with Staging(output):
        message = (
            f"`output` is {output}, where another run .process {os.getpid()}. is "
            "writing. Wait until it is done, or choose another folder"
        )
        with pytest.raises(ArgumentError, match=message):
            study(NEW, output)
    assert snapshot(output) == old
    (hidden(output) / "lock").write_text("1")  # left by a process that is gone
    study(NEW, output)
    assert snapshot(output) == new


def test_a_stop_is_told_and_what_was_done_is_kept(states, capsys):
    output, old, new = states
    with breaking("second"):
        study(NEW, output, progress=True)
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"stopped; what was done is kept in {hidden(output)}: run it again with "
        "--resume to go on"
    )
    assert snapshot(output) == old
    study(NEW, output, resume=True, progress=True)
    assert "[1/2] first (kept)" in capsys.readouterr().err
    assert snapshot(output) == new


def test_a_run_that_did_nothing_leaves_nothing(states):
    output, old, _ = states
    with breaking("first"):
        study(NEW, output)
    assert snapshot(output) == old
    assert not hidden(output).exists()


# One script by itself


@pytest.fixture
def alone(states, monkeypatch, capsys):
    """Run a main as a script of the name ``second``."""
    output, old, _ = states

    def run_it(main):
        arguments = ["analyses/second.py", "--output", str(output)]
        monkeypatch.setattr(sys, "argv", arguments)
        monkeypatch.setattr("timing.study.script.as_study", lambda _: NEW)
        run_alone(main)
        return capsys.readouterr().out.splitlines()

    return run_it, output, old


def test_one_script_replaces_its_own_files(alone):
    run_it, output, old = alone

    def main(job):
        """Write one of its files."""
        job.text("c.txt", (job.folder / "b.txt").read_text() + "!")

    printed = run_it(main)
    assert printed == [str(output / n) for n in ("c.txt", "second.contents.json")]
    found = snapshot(output)
    assert found.pop("c.txt") == b"b11!"
    assert found == {name: old[name] for name in old if name != "c.txt"}
    assert not list(output.parent.glob(".*"))


def test_one_script_that_fails_leaves_everything_as_it_was(alone):
    run_it, output, old = alone

    def main(job):
        """Fail."""
        job.text("c.txt", "half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_it(main)
    assert snapshot(output) == old
    assert not list(output.parent.glob(".*"))


# Errors and kills at every step


class Plan:
    """What happens at which of the changes that a process makes below a folder."""

    root: str = ""
    seen: int = 0
    at: int = 0
    kill: bool = False


CHANGES = {
    "open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.utime",
    "os.chmod", "os.chown", "os.truncate", "shutil.copyfile", "shutil.rmtree",
}  # fmt: skip


def watch(event, arguments):
    """Count a change before it is made; at the one that was planned, fail or die."""
    if not Plan.root or event not in CHANGES:
        return
    if not any(isinstance(a, str) and a.startswith(Plan.root) for a in arguments):
        return
    if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
        return
    Plan.seen += 1
    if Plan.seen == Plan.at:
        if Plan.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, "No space left on device", arguments[0])


sys.addaudithook(watch)


@contextmanager
def faults(at, root, *, kill=False):
    Plan.root, Plan.seen, Plan.at, Plan.kill = str(root), 0, at, kill
    try:
        yield
    finally:
        Plan.root = ""


def in_a_child(act):
    """Run in a process of its own; return how it ended."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def no_exchange(monkeypatch):
    def fails(one, other):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(exchange, "_exchange", fails)


def again(output, old):
    """Have the old outputs once more."""
    study(OLD, output)
    assert snapshot(output) == old


@pytest.mark.parametrize("mode", ["one step", "two steps", "one by one"])
def test_an_error_at_any_change_leaves_old_or_new(states, monkeypatch, mode):
    output, old, new = states
    prepare(mode, output, monkeypatch)
    at, ended = 0, False
    while not ended:
        at += 1
        with faults(at, output.parent):
            error = None
            try:
                study(NEW, output)
            except OSError as raised:
                error = raised
            ended = Plan.seen < at
        if error is not None:
            assert error.errno == errno.ENOSPC
            assert str(output.parent) in str(error.filename)
        check(mode, output, old, new)
        study(NEW, output, resume=True)
        assert snapshot(output) == new, at
        again(output, old)
    assert at > 40


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("mode", ["one step", "two steps", "one by one"])
def test_a_kill_at_any_change_leaves_old_or_new(states, monkeypatch, mode):
    output, old, new = states
    prepare(mode, output, monkeypatch)
    at, code = 0, None
    while code != 0:
        at += 1

        def act(at=at):
            with faults(at, output.parent, kill=True):
                study(NEW, output)

        code = in_a_child(act)
        assert code in (0, -signal.SIGKILL)
        if mode == "two steps":
            with Staging(output):  # what the next run begins with
                pass
        check(mode, output, old, new)
        study(NEW, output, resume=True)
        assert snapshot(output) == new, at
        assert not hidden(output).exists()
        again(output, old)
    assert at > 40


def prepare(mode, output, monkeypatch):
    if mode == "two steps":
        no_exchange(monkeypatch)
    elif mode == "one by one":
        monkeypatch.setattr(staging, "_is_working_folder", lambda folder: True)


def check(mode, output, old, new):
    found = snapshot(output)
    if mode == "one by one":
        # Each file is old or new, and where they are mixed there is no manifest.
        assert all(found[name] in (old[name], new[name]) for name in found)
        assert found in (old, new) or "manifest.json" not in found
    else:
        assert found in (old, new)


@pytest.mark.skipif(not os.environ.get("TIMING_LONG"), reason="long: set TIMING_LONG")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_kill_at_any_moment_leaves_old_or_new(states):
    output, old, new = states
    begin = time.perf_counter()
    again(output, old)
    seconds, draw, ends = time.perf_counter() - begin, random.Random(1), []
    for _ in range(60):
        child = os.fork()
        if child == 0:
            study(NEW, output)
            os._exit(0)
        time.sleep(draw.uniform(0, 1.2 * seconds))
        os.kill(child, signal.SIGKILL)
        ends.append(os.waitpid(child, 0)[1])
        assert snapshot(output) in (old, new)
        study(NEW, output, resume=True)
        assert snapshot(output) == new
        again(output, old)
    assert ends.count(signal.SIGKILL) > 20


# A full disk


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_limit_on_the_size_of_files_leaves_the_old_outputs(states, tmp_path):
    output, old, new = states

    def act():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        try:
            study(NEW, output)
        except OSError as error:
            (tmp_path / "error.txt").write_text(str(error))

    assert in_a_child(act) == 0
    files = hidden(output) / "outputs"
    assert not hidden(output).exists()  # nothing was done
    message = f"[Errno {errno.EFBIG}] File too large: '{files / 'a.txt'}'"
    assert (tmp_path / "error.txt").read_text() == message
    assert snapshot(output) == old
    study(NEW, output, resume=True)
    assert snapshot(output) == new


@pytest.fixture
def disk(tmp_path):
    """Mount a disk of 400 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("place", ["out", "."])
def test_a_full_disk_leaves_the_old_outputs(disk, scripts, tmp_path, place):
    output = disk / place
    study(OLD, output)
    old = snapshot(output)
    study(NEW, tmp_path / "elsewhere")
    new = snapshot(tmp_path / "elsewhere")
    filler = disk / ("filler" if place == "out" else "out.filler")
    filler.write_bytes(b"0" * 280_000)
    with pytest.raises(OSError, match="No space left on device") as caught:
        study(NEW, output)
    assert caught.value.errno == errno.ENOSPC
    assert Path(caught.value.filename).name == "a.txt"
    filler.unlink()
    assert snapshot(output) == old
    study(NEW, output, resume=True)
    assert snapshot(output) == new


def test_a_disk_within_the_output_folder_stays_where_it_is(disk, states):
    output, _, new = states
    (output / "disk").mkdir()
    subprocess.run(["mount", "--bind", str(disk), str(output / "disk")], check=True)
    (disk / "mine.txt").write_text("mine")
    before = output.stat().st_ino
    try:
        study(NEW, output)
        assert output.stat().st_ino == before
        assert (output / "disk").is_mount()
        assert snapshot(output) == new | {"disk": None, "disk/mine.txt": b"mine"}
        assert not hidden(output).exists()
    finally:
        subprocess.run(["umount", str(output / "disk")], check=True)


def test_a_folder_mounted_on_its_own_disk_is_written_to(disk, scripts):
    (disk / "real").mkdir()
    output = disk / "out"
    output.mkdir()
    command = ["mount", "--bind", str(disk / "real"), str(output)]
    subprocess.run(command, check=True)
    try:
        for which in (OLD, NEW):
            study(which, output)
        assert (disk / "real" / "b.txt").read_text() == "b22"
        assert not hidden(output).exists()
    finally:
        subprocess.run(["umount", str(output)], check=True)


# The command


@pytest.mark.skipif(not os.environ.get("TIMING_LONG"), reason="long: set TIMING_LONG")
@pytest.mark.slow
def test_the_command_can_be_killed_and_resumed(tmp_path):
    declared = (analyses_folder() / "primary.toml").read_text(encoding="utf-8")
    declared = re.sub(r"n_replicates = \d+", "n_replicates = 100", declared)
    (tmp_path / "study.toml").write_text(declared, encoding="utf-8")
    command = [sys.executable, "-m", "timing", "run", "study.toml"]
    command += ["--quiet", "--scripts", "describe", "size", "--output"]
    options = {"cwd": tmp_path, "check": True, "capture_output": True}
    subprocess.run([*command, "whole"], **options)
    shutil.copytree(tmp_path / "whole", tmp_path / "killed")
    (tmp_path / "killed" / "size.csv").write_text("old")
    old, whole = (snapshot(tmp_path / name) for name in ("killed", "whole"))
    for chunks in (0, 2, 4):
        again = [*command, "killed", "--resume"]
        with subprocess.Popen(again, cwd=tmp_path) as process:
            parts = tmp_path / ".killed.unfinished" / "parts"
            while len(list(parts.rglob("chunk-*.json"))) < chunks:
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        assert snapshot(tmp_path / "killed") == old
    subprocess.run([*command, "killed", "--resume"], **options)
    assert snapshot(tmp_path / "killed") == whole
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["killed", "study.toml", "whole"]
