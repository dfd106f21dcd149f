#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs contractions with elementwise operations behind them under sparse-run.

Each case is a program of linalg operations that is written here. It must become
one sparse_gpu.contract, or one sparse_gpu.spmm where A has a --format, without
any linalg operation left, and give what its operations give one by one
(sparse-run --check evaluates them as written). Batches have no format.

    run-epilogues.py FOLDER [--only TEXT] [--format FORMAT] -- sparse-opt sparse-run [OPTION...]
"""

import argparse
import os
import random
import subprocess
import sys


class Program:
    """linalg operations on a contraction; `text` grows by each."""

    format = ""  # Of A: without "#sparse_gpu.".
    folder = ""

    def __init__(self, m, n, k, factor, result, batch=None, fill="0"):
        self.sizes = {"m": m, "n": n, "k": k, "b": batch}
        self.arguments, self.lines, self.inputs, self.names = [], [], [], 0
        prefix = "b" if batch else ""
        encoded = f"{factor}, #sparse_gpu.{self.format}" if self.format else factor
        a = self.argument("A", prefix + "mk", encoded)
        b = self.argument("B", prefix + "kn", factor)
        self.type = result
        self.letters = prefix + "mn"
        shape = self.tensor(self.letters, result)
        integer = result.startswith("i")
        if fill == "C":
            init = self.argument("C", self.letters, result)
        else:
            zero, init = self.name(), self.name()
            value = fill if integer else f"{float(fill)}"
            self.lines.append(f"{zero} = arith.constant {value} : {result}")
            self.lines.append(f"{init} = linalg.fill ins({zero} : {result}) "
                              f"outs({self.empty(self.letters, result)} : {shape}) -> {shape}")
        self.value = self.name()
        what = "batch_matmul" if batch else "matmul"
        ta, tb = self.tensor(prefix + "mk", encoded), self.tensor(prefix + "kn", factor)
        self.lines.append(f"{self.value} = linalg.{what} ins({a}, {b} : {ta}, {tb}) "
                          f"outs({init} : {shape}) -> {shape}")

    def name(self):
        self.names += 1
        return f"%v{self.names}"

    def tensor(self, letters, element):
        sizes = "".join(f"{self.sizes[x]}x" for x in letters)
        return f"tensor<{sizes}{element}>"

    def argument(self, name, letters, element):
        self.arguments.append(f'%{name}: {self.tensor(letters, element)} '
                              f'{{sparse_gpu.name = "{name}"}}')
        shape = "x".join(str(self.sizes[x]) for x in letters)
        if element.startswith("i8, "):
            self.inputs += ["--input", f"{name}={self.integers()}"]
        elif "#" in element:
            self.inputs += ["--input", f"{name}=random:{shape}:0.3"]
        elif letters:
            self.inputs += ["--input", f"{name}=random:{shape}"]
        return f"%{name}"

    def integers(self):
        """A file with a sparse matrix."""
        rng, path = random.Random(1), os.path.join(self.folder, "integers.mtx")
        m, k = self.sizes["m"], self.sizes["k"]
        entries = [(i, j) for i in range(m) for j in range(k) if rng.random() < 0.3]
        with open(path, "w") as file:
            file.write(f"%%MatrixMarket matrix coordinate integer general\n{m} {k} {len(entries)}\n")
            file.writelines(f"{i + 1} {j + 1} {rng.randint(-9, 9)}\n" for i, j in entries)
        return path

    def empty(self, letters, element):
        name = self.name()
        self.lines.append(f"{name} = tensor.empty() : {self.tensor(letters, element)}")
        return name

    def generic(self, body, others=(), result=None, order=None, inPlace=False):
        """`body` has %x, the value so far, and the names of `others`."""
        result, order = result or self.type, order or self.letters
        loops = ", ".join(self.letters)

        def the_map(letters):
            return f"affine_map<({loops}) -> ({', '.join(letters)})>"

        values, types, maps, arguments = [], [], [], []
        if not inPlace:
            values, types = [self.value], [self.tensor(self.letters, self.type)]
            maps, arguments = [the_map(self.letters)], [f"%x: {self.type}"]
        for name, letters, element in others:
            values.append(self.argument(name, letters, element))
            types.append(self.tensor(letters, element))
            maps.append(the_map(letters))
            arguments.append(f"%{name.lower()}: {element}")
        out = self.value if inPlace else self.empty(order, result)
        shape = self.tensor(order, result)
        arguments.append(f"%x: {self.type}" if inPlace else f"%out: {result}")
        maps.append(the_map(order))
        kinds = ", ".join('"parallel"' for _ in self.letters)
        ins = f"ins({', '.join(values)} : {', '.join(types)}) " if values else ""
        self.value = self.name()
        lines = "\n".join("    " + line for line in body)
        self.lines.append(
            f"{self.value} = linalg.generic {{indexing_maps = [{', '.join(maps)}], "
            f"iterator_types = [{kinds}]}} {ins}outs({out} : {shape}) {{\n"
            f"  ^bb0({', '.join(arguments)}):\n{lines}\n  }} -> {shape}")
        self.type, self.letters = result, order
        return self

    def bias(self, letters="n"):
        return self.generic([f"%y = arith.addf %x, %bias : {self.type}",
                             f"linalg.yield %y : {self.type}"],
                            [("Bias", letters, self.type)])

    def broadcastBias(self):
        shape, vector = self.tensor(self.letters, self.type), self.tensor("n", self.type)
        bias, wide, out = self.argument("Bias", "n", self.type), self.name(), self.name()
        empty = self.empty(self.letters, self.type)
        self.lines.append(f"{wide} = linalg.broadcast ins({bias} : {vector}) "
                          f"outs({empty} : {shape}) dimensions = [0]")
        self.lines.append(f"{out} = linalg.add ins({self.value}, {wide} : {shape}, {shape}) "
                          f"outs({empty} : {shape}) -> {shape}")
        self.value = out
        return self

    def relu(self, inPlace=False):
        return self.generic([f"%zero = arith.constant 0.0 : {self.type}",
                             f"%y = arith.maximumf %x, %zero : {self.type}",
                             f"linalg.yield %y : {self.type}"], inPlace=inPlace)

    def gelu(self):
        t = self.type
        return self.generic([
            f"%h = arith.constant 0.5 : {t}", f"%one = arith.constant 1.0 : {t}",
            f"%c = arith.constant 0.7978845608 : {t}", f"%d = arith.constant 0.044715 : {t}",
            f"%x2 = arith.mulf %x, %x : {t}", f"%x3 = arith.mulf %x2, %x : {t}",
            f"%p = arith.mulf %x3, %d : {t}", f"%q = arith.addf %x, %p : {t}",
            f"%r = arith.mulf %q, %c : {t}", f"%t = math.tanh %r : {t}",
            f"%u = arith.addf %t, %one : {t}", f"%v = arith.mulf %u, %x : {t}",
            f"%y = arith.mulf %v, %h : {t}", f"linalg.yield %y : {t}"])

    def geluErf(self):
        t = self.type
        return self.generic([
            f"%h = arith.constant 0.5 : {t}", f"%one = arith.constant 1.0 : {t}",
            f"%s = arith.constant 0.70710678 : {t}", f"%r = arith.mulf %x, %s : {t}",
            f"%e = math.erf %r : {t}", f"%u = arith.addf %e, %one : {t}",
            f"%v = arith.mulf %u, %x : {t}", f"%y = arith.mulf %v, %h : {t}",
            f"linalg.yield %y : {t}"])

    def silu(self):
        t = self.type
        return self.generic([
            f"%one = arith.constant 1.0 : {t}", f"%n = arith.negf %x : {t}",
            f"%e = math.exp %n : {t}", f"%d = arith.addf %e, %one : {t}",
            f"%y = arith.divf %x, %d : {t}", f"linalg.yield %y : {t}"])

    def scale(self, factor):
        return self.generic([f"%s = arith.constant {factor} : {self.type}",
                             f"%y = arith.mulf %x, %s : {self.type}",
                             f"linalg.yield %y : {self.type}"])

    def scaleBy(self, letters):
        return self.generic([f"%y = arith.mulf %x, %s : {self.type}",
                             f"linalg.yield %y : {self.type}"],
                            [("S", letters, self.type)])

    def residual(self, letters=None, element=None):
        element = element or self.type
        widen = [] if element == self.type else [f"%rw = arith.extf %r : {element} to {self.type}"]
        name = "%rw" if widen else "%r"
        return self.generic(widen + [f"%y = arith.addf %x, {name} : {self.type}",
                                     f"linalg.yield %y : {self.type}"],
                            [("R", letters or self.letters, element)])

    def addTo(self):
        """Adds to a destination that is read."""
        shape = self.tensor(self.letters, self.type)
        out, old = self.argument("R", self.letters, self.type), self.value
        self.value = self.name()
        self.lines.append(
            f"{self.value} = linalg.elementwise kind=#linalg.elementwise_kind<add> "
            f"ins({old}, {out} : {shape}, {shape}) outs({out} : {shape}) -> {shape}")
        return self

    def cast(self, result, order=None):
        ops = {("f32", "f16"): "truncf", ("f32", "bf16"): "truncf",
               ("f16", "f32"): "extf", ("bf16", "f32"): "extf", ("i32", "f32"): "sitofp"}
        op = ops[self.type, result]
        return self.generic([f"%y = arith.{op} %x : {self.type} to {result}",
                             f"linalg.yield %y : {result}"], result=result, order=order)

    def transpose(self):
        out, letters = self.name(), self.letters[::-1]
        empty = self.empty(letters, self.type)
        self.lines.append(
            f"{out} = linalg.transpose ins({self.value} : {self.tensor(self.letters, self.type)}) "
            f"outs({empty} : {self.tensor(letters, self.type)}) permutation = [1, 0]")
        self.value, self.letters = out, letters
        return self

    def text(self):
        shape = self.tensor(self.letters, self.type)
        body = "\n".join("  " + line for line in self.lines)
        return (f"func.func @f({', '.join(self.arguments)}) -> {shape} {{\n{body}\n"
                f"  return {self.value} : {shape}\n}}\n")


CASES = {
    "bias, ReLU": lambda: Program(65, 70, 33, "f16", "f32").bias().relu(),
    "bias of rows, ReLU in place": lambda:
        Program(17, 129, 40, "f16", "f32").bias("m").relu(inPlace=True),
    "broadcast bias, GELU, residual": lambda:
        Program(63, 65, 47, "f16", "f32").broadcastBias().gelu().residual(),
    "bias, GELU of erf, cast": lambda:
        Program(7, 130, 64, "bf16", "f32").bias().geluErf().cast("bf16"),
    "SiLU on f32": lambda: Program(33, 31, 29, "f32", "f32").silu(),
    "scale, f16": lambda: Program(65, 17, 16, "f16", "f32").scale(0.125).cast("f16"),
    "scale by a tensor of rank 0": lambda: Program(9, 17, 16, "f16", "f32").scaleBy(""),
    "cast to bf16": lambda: Program(31, 33, 35, "f16", "f32").cast("bf16"),
    "transposed": lambda: Program(65, 34, 20, "f16", "f32").transpose(),
    "bias, transposed, residual, cast": lambda:
        Program(41, 66, 23, "f16", "f32").bias().transpose().residual().cast("f16"),
    "transposed residual": lambda:
        Program(40, 33, 23, "f16", "f32").residual("nm").cast("f16", order="nm"),
    "batch, bias": lambda: Program(17, 35, 20, "f16", "f32", batch=3).bias().relu(),
    "batch, bias of each, cast": lambda:
        Program(9, 18, 33, "f16", "f32", batch=2).bias("bn").cast("f16"),
    "C, bias, ReLU": lambda:
        Program(34, 19, 21, "f16", "f32", fill="C").bias().relu().cast("f16"),
    "C, ReLU in place": lambda:
        Program(34, 19, 21, "f16", "f32", fill="C").relu(inPlace=True),
    "a constant, scale": lambda: Program(34, 19, 21, "f16", "f32", fill="3").scale(2.0),
    "f16 throughout": lambda:
        Program(65, 40, 17, "f16", "f16").bias().gelu().residual(),
    "rounded and widened": lambda:
        Program(30, 40, 17, "f16", "f16").cast("f32").bias().relu().cast("f16"),
    "bias, rounded and widened": lambda:
        Program(30, 40, 17, "f16", "f32").bias().cast("f16").cast("f32"),
    "C, widened": lambda: Program(30, 40, 17, "f16", "f16", fill="C").cast("f32"),
    "residual of another type": lambda:
        Program(30, 40, 17, "f16", "f32").residual(element="f16"),
    "quantised": lambda: Program(33, 50, 70, "i8", "i32").cast("f32").scaleBy("n").bias(),
    "added to": lambda: Program(70, 50, 70, "f16", "f32").bias("m").addTo(),
    "f64": lambda: Program(33, 20, 19, "f64", "f64").bias().silu(),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--only", default="")
    parser.add_argument("--format", default="", help="of A, as csr")
    parser.add_argument("opt")
    parser.add_argument("run", nargs="+", help="sparse-run, with options")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    Program.format, Program.folder = options.format, options.folder
    product = "sparse_gpu.spmm" if options.format else "sparse_gpu.contract"
    programs, failures = 0, 0
    for number, (label, make) in enumerate(CASES.items()):
        if options.only not in label or (options.format and label.startswith("batch")):
            continue
        programs += 1
        program = make()
        path = os.path.join(options.folder, f"epilogue{number}.mlir")
        with open(path, "w") as file:
            file.write(program.text())
        level1 = subprocess.run([options.opt, path, "--sparse-gpu-linalg-to-sparse-gpu"],
                                capture_output=True, text=True)
        command = options.run + [path, "--check", "--hazards", "--seed",
                                 str(number + 1)] + program.inputs
        done = subprocess.run(command, capture_output=True, text=True)
        fused = (level1.returncode == 0 and "linalg." not in level1.stdout
                 and level1.stdout.count(f"{product} ") == 1)
        if not fused or done.returncode != 0 or "PASS" not in done.stdout:
            failures += 1
            print("FAILED", label, "" if fused else "(not fused)")
            print(" ", " ".join(command))
            print("\n".join((level1.stderr + done.stdout + done.stderr).splitlines()[-6:]))
    print(f"{programs} programs, {failures} failures")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
