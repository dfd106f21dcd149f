# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_code.py BUNDLE [--all-chips] [--examples FOLDER]: machine code in the fat
binaries, as they themselves, the manifest and (where it is) cuobjdump say."""

import argparse
import json
import os
import re
import shutil
import struct
import subprocess
import sys

CHIPS = "sm_75 sm_80 sm_86 sm_89 sm_90a sm_100 sm_120".split()
PTX, ELF = 1, 2


def read_fatbin(path):
    """[(kind, chip number)] of the entries. The header is 16 bytes: magic, version,
    its size, the size of what follows; an entry begins with kind, version, its
    header's size and the size of its content, and has the chip at 28."""
    with open(path, "rb") as stream:
        content = stream.read()
    magic, _, header, size = struct.unpack_from("<IHHQ", content)
    assert magic == 0xBA55ED50, path
    entries, at = [], header
    while at < header + size:
        kind, _, length, payload = struct.unpack_from("<HHIQ", content, at)
        entries.append((kind, struct.unpack_from("<I", content, at + 28)[0]))
        at += length + payload
    return entries


def number(chip):
    return int(re.match(r"sm_(\d+)", chip).group(1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle")
    parser.add_argument("--all-chips", action="store_true")
    parser.add_argument("--examples")
    arguments = parser.parse_args()
    with open(os.path.join(arguments.bundle, "manifest.json"), encoding="utf-8") as stream:
        manifest = json.load(stream)
    errors, kernels, chips = [], set(), set()
    if arguments.examples:
        used = {os.path.basename(p["source"]) for p in manifest["programs"]}
        for name in os.listdir(arguments.examples):
            if name.endswith(".mlir") and name not in used:
                errors.append(f"{name} is not in the bundle")
    for program in manifest["programs"]:
        chips |= set(program["chips"])
        if arguments.all_chips and program["chips"] != CHIPS:
            errors.append(f"{program['id']}: chips are {program['chips']}")
        found = {(r["kernel"], r["chip"]): r for r in program["resources"]}
        for module in program["modules"]:
            entries = read_fatbin(os.path.join(arguments.bundle, module["fatbin"]))
            code = sorted(chip for kind, chip in entries if kind == ELF)
            if code != sorted(map(number, program["chips"])):
                errors.append(f"{module['fatbin']}: machine code for {code}")
            if not any(kind == PTX for kind, _ in entries):
                errors.append(f"{module['fatbin']}: no PTX")
            if shutil.which("cuobjdump"):
                text = subprocess.run(
                    ["cuobjdump", "--list-elf", os.path.join(arguments.bundle, module["fatbin"])],
                    capture_output=True, text=True, check=True,
                ).stdout  # fmt: skip
                listed = sorted(int(n) for n in re.findall(r"sm_(\d+)a?\.cubin", text))
                if listed != code:
                    errors.append(f"{module['fatbin']}: cuobjdump lists {listed}")
            for kernel in module["kernels"]:
                kernels.add((program["id"], kernel))
                for chip in program["chips"]:
                    resource = found.get((kernel, chip))
                    if not resource or resource["registers"] <= 0:
                        errors.append(f"{program['id']}: nothing of {kernel} on {chip}")
                    elif resource["spill_store_bytes"] or resource["spill_load_bytes"]:
                        errors.append(f"{program['id']}: {kernel} spills on {chip}")
    for error in errors:
        print("error: " + error)
    print(
        f"{len(manifest['programs'])} programs, {len(kernels)} kernels, {len(chips)} chips:"
        f" {len(errors)} errors"
    )
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
