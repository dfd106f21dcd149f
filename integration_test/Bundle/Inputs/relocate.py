# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""relocate.py BUNDLE --hide FOLDER...: copies the bundle to a clean folder and runs
it there in several ways, with an empty environment. Where it may (root, with
mount namespaces) it covers the folders to hide by empty ones first."""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("bundle")
parser.add_argument("--hide", action="append", default=[])
arguments = parser.parse_args()

unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-ec"]
probe = "d=$(mktemp -d); mount -t tmpfs none $d; umount $d; rmdir $d"
can_hide = bool(shutil.which("unshare")) and not subprocess.run(
    unshare + [probe], capture_output=True, check=False
).returncode  # fmt: skip
clean = tempfile.mkdtemp(prefix="sparsegpu-bundle-")
place = os.path.join(clean, "a place of its own")
shutil.copytree(arguments.bundle, place)
failures = 0


def run(how, command, folder="/", read_only=False, environment=()):
    global failures
    script = f"cd {shlex.quote(folder)}; exec env -i {shlex.join([*environment, *command])}"
    if can_hide:
        covers = [f"mount -t tmpfs none {shlex.quote(hidden)}" for hidden in arguments.hide]
        covers += [f"! ls -A {shlex.quote(hidden)} | grep -q ." for hidden in arguments.hide]
        if read_only:
            quoted = shlex.quote(place)
            covers.append(f"mount --bind {quoted} {quoted}; mount -o remount,bind,ro {quoted}")
            covers.append(f"! touch {quoted}/file 2>/dev/null")
        done = subprocess.run(
            unshare + ["; ".join(covers + [script])], capture_output=True, text=True, check=False
        )  # fmt: skip
    else:
        if read_only:
            for parent, _, names in os.walk(place):
                for name in names:
                    mode = os.stat(os.path.join(parent, name)).st_mode
                    os.chmod(os.path.join(parent, name), mode & ~0o222)
                os.chmod(parent, 0o555)
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=False)
    passed = re.search(r"^(\d+ passed), 0 failed$", done.stdout, re.M)
    if done.returncode or not passed:
        failures += 1
        print(f"{how}: status {done.returncode}\n{done.stdout}{done.stderr}")
    else:
        print(f"{how}: {passed.group(1)}")
    return done.stderr


options = ["--check", "--device=emulator"]
os.symlink(os.path.join(place, "run"), os.path.join(clean, "link"))
run("by its full path", [os.path.join(place, "run"), *options])
run("by a relative path", ["./run", *options], place)
run("by a symbolic link", ["./link", *options], clean)
run("from a folder that nobody may write", [os.path.join(place, "run"), *options],
    read_only=True)  # fmt: skip
log = run("with its libraries listed", [os.path.join(place, "run"), *options],
          environment=["LD_DEBUG=files"])  # fmt: skip
loaded = set(re.findall(r"calling init: (\S.*)", log))
foreign = sorted(
    path for path in loaded
    if not path.startswith(place)
    and not re.fullmatch(r"(/usr)?/lib(64)?/.*(libc|libm|libdl|libpthread|librt|ld-linux[-\w]*)\.so[.\d]*", path)
)  # fmt: skip
if foreign or not loaded:
    failures += 1
print("loaded from elsewhere:", ", ".join(foreign) or "nothing but the C library")
if not can_hide:
    print("note: the folders could not be hidden: that needs root and mount namespaces")
for parent, _, _ in os.walk(place):
    os.chmod(parent, 0o755)
shutil.rmtree(clean)
sys.exit(bool(failures))
