#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Renders a report of the GPU benchmark: tables as Markdown, or a plot.

    report.py report.json                   tables, for a terminal or a .md file
    report.py report.json --plot plot.svg   also the ratios as a plot

Ratio: time of the best baseline over ours, so below 1 we are slower. Of bound:
the bound over our time, 1 is the best there can be. Means are geometric. A
report of the software GPU has no times: it says only whether results are right.
"""

import argparse
import json
import math
import sys

STATES = ("warm", "cold")


class Failure(Exception):
    """A message for the user."""


def geometric_mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else None


def read_report(path):
    try:
        with sys.stdin if path == "-" else open(path, encoding="utf-8") as stream:
            report = json.load(stream)
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {error}") from error
    if not isinstance(report, dict) or report.get("sparsegpu_benchmark_report") != 1:
        raise Failure(f"{path}: is no report of this benchmark")
    return report


def table(header, rows):
    """Markdown whose columns also line up in a terminal; numbers to the right."""
    texts = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(3, *(len(row[i]) for row in texts)) for i in range(len(header))]

    def line(cells):
        padded = (
            c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths))
        )
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * w if i == 0 else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return [line(texts[0]), line(rule), *(line(row) for row in texts[1:]), ""]


def number(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def milliseconds(value):
    return "-" if value is None else f"{value:.4g}"


def is_timed(report):
    """Times of a software GPU are never shown, whatever the file has."""
    return bool(report.get("timed")) and report.get("device", {}).get("runtime") == "cuda"


def ours_of(case):
    contenders = case.get("contenders") or [{}]
    return contenders[0]


def median(contender, state):
    return contender.get(state, {}).get("median_ms")


def ratio_of(case, state):
    return case.get("ratio", {}).get(state)


def of_bound(case, state):
    ours = median(ours_of(case), state)
    bound = case.get("bound", {}).get(state, {}).get("ms")
    return bound / ours if ours and bound else None


def header_lines(report):
    device = report.get("device", {})
    lines = [f"# GPU benchmark, {device.get('name', 'unknown device')}", ""]
    if not report.get("complete"):
        lines += ["**Not complete: some cases were not run.**", ""]
    if not is_timed(report):
        lines += ["software GPU: no times. This says only whether results are right.", ""]
    facts = [("date", report.get("date")), ("chip", device.get("chip")),
             ("CUDA driver", device.get("driver")), ("NVIDIA driver", report.get("nvidia_driver"))]  # fmt: skip
    for when in ("before", "after"):
        clocks = report.get(f"clocks_{when}") or {}
        if clocks.get("sm_mhz") is not None:
            facts.append((f"clocks {when}, MHz",
                          f"SM {clocks['sm_mhz']:.0f}, memory {clocks.get('memory_mhz') or 0:.0f}"))  # fmt: skip
    options = report.get("options", {})
    if is_timed(report):
        facts.append(("samples", f"{options.get('repeats')} after {options.get('warmup')} runs"))
    for library in report.get("libraries", []):
        text = library.get("version") or f"missing: {library.get('missing')}"
        facts.append((library["name"], text + (" (stand-in for tests)" if library.get("for_tests") else "")))
    lines += table(("what", "value"), [(k, v) for k, v in facts if v is not None])
    return lines


def probe_lines(report):
    probes = report.get("probes")
    if not probes:
        return []
    rows = [(name, number(probes[key].get("gb_per_s"), 0), "GB/s", probes[key].get("error", ""))
            for key, name in (("copy", "copy bandwidth"), ("l2", "L2 bandwidth")) if key in probes]  # fmt: skip
    rows += [(f"matrix product, {kind}", number(entry.get("tflops"), 1), "TFLOP/s", entry.get("error", ""))
             for kind, entry in probes.get("matrix", {}).items()]  # fmt: skip
    theory = probes.get("f32_fma_theoretical", {})
    if theory.get("tflops"):
        rows.append(("f32 multiply-add, theoretical", number(theory["tflops"], 1), "TFLOP/s", "not measured"))
    return ["## What the machine can do", "", *table(("probe", "value", "unit", "note"), rows)]


def summary_rows(cases, state):
    """One row for each operation, type and N, and one for all N."""
    groups = {}
    for case in cases:
        kind = (case["operation"], case["format"], case["type"])
        for n in (case["n"], None):
            groups.setdefault((kind, n), []).append(case)
    order = sorted(groups, key=lambda key: (key[0], key[1] is None, key[1] or 0))
    for kind, n in order:
        members = groups[kind, n]
        ratios = [r for r in (ratio_of(c, state) for c in members) if r]
        bounds = [b for b in (of_bound(c, state) for c in members) if b]
        yield (
            " ".join(kind), "all" if n is None else n, len(ratios), number(geometric_mean(ratios)),
            sum(r < 1 for r in ratios), number(min(ratios, default=None)),
            number(max(ratios, default=None)), number(geometric_mean(bounds)),
        )  # fmt: skip


def runs(value):
    return "never" if value is None else str(value)


def case_rows(cases, state):
    for case in cases:
        ours = ours_of(case)
        own = ours.get(state)
        if not own:
            yield (case["name"], ours.get("state", case.get("error", "-")), *["-"] * 7)
            continue
        best_name = case.get("best_baseline", {}).get(state)
        best = next((c for c in case["contenders"] if c["name"] == best_name), {})
        even = best.get("break_even", {}).get("runs_until_it_pays_against_ours")
        bound = case.get("bound", {}).get(state, {})
        yield (
            case["name"], milliseconds(own["median_ms"]),
            f"{milliseconds(own['p10_ms'])}..{milliseconds(own['p90_ms'])}", best_name or "-",
            milliseconds(median(best, state)), number(ratio_of(case, state)),
            f"{milliseconds(bound.get('ms'))} {bound.get('binds', '')}".strip(),
            number(of_bound(case, state)), runs(even) if best_name else "-",
        )  # fmt: skip


def baseline_rows(cases):
    """How often each baseline was right, refused and so on, and its reasons."""
    counts, reasons = {}, {}
    for case in cases:
        for contender in case.get("contenders", []):
            name = contender["name"]
            row = counts.setdefault(name, dict.fromkeys(("ok", "wrong", "refused", "not applicable"), 0))
            row[contender["state"]] += 1
            if contender["state"] in ("wrong", "refused"):
                reasons.setdefault((name, contender["state"], contender.get("reason", "")), case["name"])
    rows = [(name, *row.values()) for name, row in counts.items()]
    lines = table(("contender", "right", "wrong", "refused", "not applicable"), rows)
    lines += [f"- {name} {state} (first in {case}): {reason}"
              for (name, state, reason), case in reasons.items()]  # fmt: skip
    return lines + ([""] if reasons else [])


def render(report):
    cases = report.get("cases", [])
    right = sum(ours_of(case).get("state") == "ok" for case in cases)
    lines = header_lines(report)
    if is_timed(report):
        lines += probe_lines(report)
        for state in STATES:
            measured = [case for case in cases if median(ours_of(case), state)]
            if not measured:
                continue
            lines += [f"## {state.capitalize()} L2 cache", "", "Ratio: the best baseline's time over ours; "
                      "below 1 we are slower.", ""]  # fmt: skip
            lines += table(("kind", "N", "cases", "ratio", "below 1", "lowest", "highest", "of bound"),
                           summary_rows(measured, state))  # fmt: skip
            lines += table(("case", "ms", "10..90 %", "best baseline", "its ms", "ratio", "bound, ms",
                            "of bound", "its preprocessing pays after runs"), case_rows(cases, state))  # fmt: skip
    lines += ["## Results", "", f"{right} of {len(cases)} cases are right.", ""]
    lines += baseline_rows(cases)
    for case in cases:
        if case.get("error"):
            lines.append(f"- {case['name']}: {case['error']}")
        elif ours_of(case).get("reason"):
            lines.append(f"- {case['name']}: ours {ours_of(case)['state']}: {ours_of(case)['reason']}")
    return "\n".join(lines).rstrip() + "\n"


def plot(report, path):
    if not is_timed(report):
        raise Failure("--plot: the report has no times of a GPU")
    try:
        import matplotlib
    except ImportError as error:
        raise Failure("--plot needs matplotlib (Debian: python3-matplotlib)") from error
    matplotlib.use("svg")
    from matplotlib import pyplot

    state = "warm" if any(ratio_of(c, "warm") for c in report["cases"]) else "cold"
    series = {}
    for case in report["cases"]:
        if ratio_of(case, state):
            series.setdefault((case["type"], case["n"]), []).append((case["matrix"], ratio_of(case, state)))
    if not series:
        raise Failure("--plot: no case has a ratio")
    matrices = sorted({matrix for points in series.values() for matrix, _ in points})
    figure, axes = pyplot.subplots(figsize=(max(6, 0.35 * len(matrices) + 3), 5))
    for (element, n), points in sorted(series.items()):
        axes.plot([matrices.index(m) for m, _ in points], [r for _, r in points],
                  "o", markersize=4, label=f"{element}, N = {n}")  # fmt: skip
    axes.axhline(1, color="black", linewidth=1)
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_ylabel("best baseline's time / ours")
    axes.set_title(f"{report['device'].get('name')}, {state} L2 cache; above 1 we are faster")
    axes.set_xticks(range(len(matrices)), [m[:32] for m in matrices], rotation=90, fontsize=7)
    axes.legend(fontsize=7, ncols=2)
    figure.tight_layout()
    figure.savefig(path, format="svg")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", metavar="FILE", help="the JSON of the benchmark; - for standard input")
    parser.add_argument("--output", metavar="FILE", help="where the tables go; default: printed")
    parser.add_argument("--plot", metavar="FILE", help="the ratios as SVG")
    arguments = parser.parse_args()
    try:
        report = read_report(arguments.report)
        try:
            text = render(report)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Failure(f"{arguments.report}: the report is damaged: {error!r}") from error
        if arguments.output:
            with open(arguments.output, "w", encoding="utf-8") as stream:
                stream.write(text)
        else:
            print(text, end="")
        if arguments.plot:
            plot(report, arguments.plot)
    except (Failure, OSError) as failure:
        print(f"report.py: error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
