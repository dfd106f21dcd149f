#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What shuffled blocks are predicted to gain, for the shapes of linear layers.

    sparsity.py [--gpu H200] [--v 64] [--type f16] [--plot FILE.svg] [--json FILE] [--sparse-pack PATH]

A line for each shape (rows of the weight, columns of the dense matrix, columns
of the weight): the time of this compiler's dense kernel and the least that any
dense kernel takes, then at each sparsity the predicted speed-up over the former
and, behind the slash, over the latter, and from which sparsity on it pays. All
are the cost model's (sparse-pack predict); no GPU has confirmed them. --plot
needs matplotlib.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# (m, n, k): Shfl-BW (DAC 2022) and its published kernels.
SHAPES = [(m, n, k) for m in (1024, 4096) for n in (960, 1056) for k in (1024, 4096)]
SHAPES += [(33712, 1056, 1024)]
SHAPES += [(4096, n, k) for n in (3200, 6400, 64, 128, 320, 640) for k in (1024, 2048)]
SHAPES += [(s, s, s) for s in (1024, 2048, 4096)] + [(s, 128, s) for s in (1024, 2048, 4096)]
SPARSITIES = [0.5, 0.75, 0.8, 0.85, 0.9, 0.95]


def predict(options, m, n, k):
    command = [options.sparse_pack, "predict", "--json", f"--gpu={options.gpu}", f"--v={options.v}",
               f"--type={options.type}", "-m", str(m), "-n", str(n), "-k", str(k),
               "--sparsity=" + ",".join(map(str, SPARSITIES))]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"sparsity.py: {' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def plot(options, reports):
    try:
        import matplotlib
    except ImportError:
        sys.exit("sparsity.py: --plot needs matplotlib")
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "sparsity"
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for axis, key, title in zip(axes, ("over_dense", "over_dense_bound"),
                                ("over this compiler's dense kernel", "over the least time of any")):
        for report in reports:
            axis.plot([100 * p["sparsity"] for p in report["points"]], [p[key] for p in report["points"]],
                      color="tab:blue" if report["n"] >= 512 else "tab:orange", alpha=0.5, linewidth=1)
        fine = [50 + x for x in range(46)]
        axis.plot(fine, [100 / (100 - x) for x in fine], color="black", linestyle="--", linewidth=1)
        axis.axhline(1, color="gray", linewidth=0.5)
        axis.set_yscale("log", base=2)
        axis.set_xlabel("sparsity, %")
        axis.set_title(f"{options.gpu}, V = {options.v}: {title}", fontsize=9)
    axes[0].set_ylabel("predicted speed-up")
    axes[0].plot([], [], color="tab:blue", label="512 columns or more")
    axes[0].plot([], [], color="tab:orange", label="fewer")
    axes[0].plot([], [], color="black", linestyle="--", label="1 / density")
    axes[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(options.plot, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpu", default="H200")
    parser.add_argument("--v", type=int, default=64)
    parser.add_argument("--type", default="f16")
    parser.add_argument("--plot", metavar="FILE", help="also draw it, as SVG")
    parser.add_argument("--json", metavar="FILE", help="write all numbers to this file")
    parser.add_argument("--sparse-pack", default=os.path.join(ROOT, "build", "bin", "sparse-pack"))
    options = parser.parse_args()
    reports = [predict(options, *shape) for shape in SHAPES]
    print("| m, n, k | dense us | at least | " + " | ".join(f"{100 * s:.0f} %" for s in SPARSITIES) + " | pays from |")
    print("|" + "---|" * (len(SPARSITIES) + 4))
    for report in reports:
        points = " | ".join(f"{p['over_dense']:.2f} / {p['over_dense_bound']:.2f}" for p in report["points"])
        pays = report["break_even_sparsity"]
        print(f"| {report['m']}, {report['n']}, {report['k']} | {report['dense_us']:.1f} | "
              f"{report['dense_bound_us']:.1f} | {points} | {'never' if pays is None else f'{100 * pays:.0f} %'} |")
    means = [statistics.geometric_mean(r["points"][i]["over_dense"] for r in reports) for i in range(len(SPARSITIES))]
    print("| geometric mean | | | " + " | ".join(f"{mean:.2f}" for mean in means) + " | |")
    if options.plot:
        plot(options, reports)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(reports, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
