#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Executes a program on the software GPU, before and after pipelining.

    pipelines.py RUNNER LIBRARIES FILE equal STAGES...
    pipelines.py RUNNER LIBRARIES FILE broken STAGES
    pipelines.py RUNNER LIBRARIES FILE same [PASSES...] [-- DAMAGE...]

RUNNER is how mlir-runner is called, LIBRARIES is what it loads, with a comma. STAGES is SxR: shared and register
stages.

equal   The output of each pipeline is that of the program as it stands, under
        three seeds and without a hazard. Prints "equal: N".
broken  Each way to break the pipelined kernel (below) is seen: as a hazard, as
        a difference between seeds, or as another output. Prints a line for each.
same    The output of the program after each list of passes, with semicolons
        between, is that of the program as it stands, as above. Prints "same: N".
        A DAMAGE is a regular expression, " => " and what replaces its first
        match in each of these programs, which is seen then as with "broken".
"""

import os
import re
import shlex
import subprocess
import sys

PIPELINE = "--sparse-gpu-pipeline-loads=shared-stages={} register-stages={}"
LOWER = (
    "-gpu-lower-to-nvvm-pipeline=cubin-chip=sm_80 cubin-features=+ptx80 "
    "cubin-format=llvm"
)


def run(command, text=None, **environment):
    return subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def optimise(text, *passes):
    result = run(["sparse-opt", *passes], text)
    if result.returncode:
        sys.exit(result.stderr)
    return result.stdout


def execute(text, runner):
    """Exit status, output without addresses, diagnostics."""
    result = run(
        runner,
        optimise(text, LOWER),
        SPARSEGPU_EMULATOR="hazards,seeds=3",
    )
    output = re.sub(r"base@ = \w+", "", result.stdout)
    return result.returncode, output, result.stderr


def pipeline(text, stages):
    shared, registers = stages.split("x")
    result = optimise(
        text, PIPELINE.format(shared, registers), "--canonicalize", "--cse"
    )
    if shared != "1" and "sparse_gpu.pipelined" not in result:
        sys.exit(f"{stages}: nothing was pipelined")
    return result


def equal(text, runner, expected, all_stages):
    for stages in all_stages:
        status, output, messages = execute(pipeline(text, stages), runner)
        if status or messages:
            sys.exit(f"{stages}: {messages}")
        if output != expected:
            sys.exit(f"{stages}: other results")
    print("equal:", len(all_stages))


def find(lines, begin, pattern, nth=0):
    """The nth line from `begin` on that has the pattern."""
    found = [i for i in range(begin, len(lines)) if re.search(pattern, lines[i])]
    return found[nth]


def ways_to_break(text):
    """Pairs of a name and the broken program."""
    lines = text.split("\n")
    # The loop ends where its attribute stands, and begins with the indentation
    # of that line.
    end = find(lines, 0, "sparse_gpu.pipelined")
    indent = re.match(" *", lines[end]).group(0)
    begin = max(
        i for i in range(end) if re.match(indent + r"(%\S+ = )?scf\.for ", lines[i])
    )

    def without(index):
        return "\n".join(lines[:index] + lines[index + 1 :])

    def replaced(index, old, new):
        line = re.sub(old, new, lines[index], count=1)
        assert line != lines[index], lines[index]
        return "\n".join(lines[:index] + [line] + lines[index + 1 :])

    wait = find(lines, begin, "device_async_wait")
    count = int(re.search(r"numGroups = (\d+)", lines[wait]).group(1))
    yield "no wait in the loop", without(wait)
    yield "one group too many in flight", replaced(
        wait, r"numGroups = \d+", f"numGroups = {count + 1}"
    )
    yield "no barrier in the loop", without(find(lines, begin, "gpu.barrier"))
    # The slot counter is what ldmatrix has as its first subscript.
    copy = find(lines, begin, "device_async_copy")
    read = find(lines, begin, r"ldmatrix %\w+\[%arg")
    slot = re.search(r"\[(%\w+)", lines[read]).group(1)
    yield "copies into the slot that is read", replaced(
        copy, r"(\], %\w+\[)%\w+", rf"\g<1>{slot}"
    )


def broken(text, runner, expected, stages):
    for name, program in ways_to_break(pipeline(text, stages)):
        status, output, messages = execute(program, runner)
        how = []
        if "hazard" in messages:
            how.append("hazards")
        if output != expected:
            how.append("results")
        print(f"{stages}: {name}:", " and ".join(how) or "NOT SEEN")


def same(text, runner, expected, arguments):
    damages = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, damages = arguments[:at], arguments[at + 1 :]
    for passes in arguments:
        result = optimise(text, *passes.split(";"), "--canonicalize", "--cse")
        status, output, messages = execute(result, runner)
        if status or messages:
            sys.exit(f"{passes}: {messages}")
        if output != expected:
            sys.exit(f"{passes}: other results")
        for damage in damages:
            pattern, replacement = damage.split(" => ")
            program = re.sub(pattern, replacement, result, count=1)
            if program == result:
                sys.exit(f"{passes}: no match for {pattern}")
            status, output, messages = execute(program, runner)
            how = ["hazards"] if "hazard" in messages else []
            how += ["results"] if output != expected else []
            print(f"{passes}: {damage}:", " and ".join(how) or "NOT SEEN")
    print("same:", len(arguments))


def main():
    runner, libraries, name, mode, *stages = sys.argv[1:]
    runner = [*shlex.split(runner), "--entry-point-result=void", f"--shared-libs={libraries}"]
    with open(name, encoding="utf-8") as file:
        text = file.read()
    status, expected, messages = execute(text, runner)
    if status or messages:
        sys.exit(f"as it stands: {messages}")
    if mode == "equal":
        return equal(text, runner, expected, stages)
    if mode == "same":
        return same(text, runner, expected, stages)
    for each in stages:
        broken(text, runner, expected, each)


main()
