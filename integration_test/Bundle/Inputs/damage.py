# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""damage.py FROM TO STATEMENT: a copy of a bundle, changed by the statement.

In it, `m` is the manifest, `p` its first program, `c` its first case; `data(x)`
is the file of the buffer or expected result x, `read` and `write` are the bytes
in a compressed file, and `path(x)` is where a file of the copy lies.
"""

import gzip
import json
import os
import shutil
import sys

source, target, statement = sys.argv[1:]
shutil.rmtree(target, ignore_errors=True)
shutil.copytree(source, target, copy_function=os.link)


def path(name):
    return os.path.join(target, name)


def data(name):
    for entry in c["buffers"] + c["expected"]:
        if name in (entry.get("parameter"), entry.get("result")):
            return path(entry["file"])
    raise KeyError(name)


def read(name):
    with gzip.open(name) as stream:
        return stream.read()


def write(name, content, compressed=True):
    os.unlink(name)  # The other bundle has the same file.
    with open(name, "wb") as stream:
        stream.write(gzip.compress(content) if compressed else content)


with open(path("manifest.json"), encoding="utf-8") as stream:
    m = json.load(stream)
p, c = m["programs"][0], m["cases"][0]
before = json.dumps(m)
exec(statement)
if os.path.exists(path("manifest.json")) and json.dumps(m) != before:
    write(path("manifest.json"), json.dumps(m).encode(), compressed=False)
