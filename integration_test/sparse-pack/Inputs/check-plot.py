# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what `sparse-pack plot` draws of random matrices.

    check-plot.py PROGRAM FOLDER [png]

The matrices and what their plots must show are made here. Of an SVG: it is XML,
the cells cover the places of the entries and no others, cells of many elements
are as dark as they are full, the notes of the bars name every length and
together all rows, the summary has the right numbers. Of a PNG: the same cells.
"""

import math
import random
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zlib

PROGRAM, FOLDER = sys.argv[1:3]
SVG = "{http://www.w3.org/2000/svg}"


def write_matrix(name, rows, cols, entries):
    path = f"{FOLDER}/{name}.mtx"
    with open(path, "w", encoding="utf-8") as file:
        file.write("%%MatrixMarket matrix coordinate pattern general\n")
        file.write(f"{rows} {cols} {len(entries)}\n")
        for row, col in entries:
            file.write(f"{row + 1} {col + 1}\n")
    return path


def plot(path, ending, *options):
    output = f"{path}.{ending}"
    subprocess.run(
        [PROGRAM, "plot", path, "-o", output, *options],
        check=True,
        capture_output=True,
    )
    return output


def cells_of(root):
    """(x, y, width, height, shade) of each rectangle of the spy plot."""
    number = r"(-?[\d.]+)"
    rectangle = re.compile(rf"M{number} {number}h{number}v{number}h{number}z")
    for element in root.iter(SVG + "path"):
        rest = rectangle.sub("", element.get("d"))
        assert rest == "", rest
        for match in rectangle.finditer(element.get("d")):
            x, y, width, height, back = map(float, match.groups())
            assert width == -back
            yield x, y, width, height, element.get("fill")


def frame_of(root):
    """The plot area: within the first frame, which is half a pixel out."""
    frame = [
        [float(line.get(key)) for key in ("x1", "y1", "x2", "y2")]
        for line in root.iter(SVG + "line")
        if line.get("stroke") == "#6e6e6e"
    ]
    xs = [line for line in frame if line[1] == line[3] and line[2] - line[0] > 20]
    x1, y1, x2, _ = xs[0]
    y2 = max(line[1] for line in xs if line[0] == x1)
    return x1 + 0.5, y1 + 0.5, x2 - 0.5, y2 - 0.5


def check_exact(rows, cols, entries, output):
    """Each element has a cell of its own."""
    root = ElementTree.parse(output).getroot()
    left, top, right, bottom = frame_of(root)
    width, height = (right - left) / cols, (bottom - top) / rows
    assert width >= 2 and height >= 2, (width, height)
    drawn = []
    for x, y, w, h, _ in cells_of(root):
        assert h == height
        first, count = round((x - left) / width), round(w / width)
        row = round((y - top) / height)
        drawn += [(row, col) for col in range(first, first + count)]
    assert len(drawn) == len(set(drawn)), "cells overlap"
    assert set(drawn) == set(entries), set(drawn) ^ set(entries)
    return left, top, width, height


def check_binned(rows, cols, entries, output, cell=2):
    """Cells of several elements: right places, darker where fuller."""
    root = ElementTree.parse(output).getroot()
    left, top, right, bottom = frame_of(root)
    grid_cols, grid_rows = (right - left) / cell, (bottom - top) / cell
    counts = {}
    for row, col in entries:
        place = int(row * grid_rows // rows), int(col * grid_cols // cols)
        counts[place] = counts.get(place, 0) + 1
    shades = {}
    for x, y, w, h, shade in cells_of(root):
        assert h == cell
        first = round((x - left) / cell)
        for col in range(first, first + round(w / cell)):
            shades[round((y - top) / cell), col] = shade
    assert shades.keys() == counts.keys()
    # The sum of red, green and blue falls as a cell gets fuller; cells have
    # equal sizes here.
    light = lambda shade: sum(int(shade[i : i + 2], 16) for i in (1, 3, 5))
    by_count = sorted((count, -light(shades[place])) for place, count in counts.items())
    darkness = [dark for _, dark in by_count]
    assert darkness == sorted(darkness), "a fuller cell is lighter"
    assert len(set(darkness)) > 2, set(darkness)


def check_rows(rows, entries, output, doubling):
    lengths = [0] * rows
    for row, _ in entries:
        lengths[row] += 1
    root = ElementTree.parse(output).getroot()
    seen, widths = 0, set()
    notes = [n.text for n in root.iter(SVG + "title")]
    for note in notes:
        found = re.fullmatch(r"(\d+)(?: to (\d+))? entries: (\d+) rows", note)
        first, last = int(found[1]), int(found[2] or found[1])
        widths.add(last - first + 1)
        expected = sum(first <= length <= last for length in lengths)
        assert int(found[3]) == expected, (note, expected)
        seen += expected
    assert seen == rows, (seen, rows)
    assert (len(widths) > 1) == doubling, widths
    ordered = sorted(lengths)
    summary = re.compile(
        r"mean ([\d.e+]+), median (\d+), max (\d+), empty (\d+) of (\d+)"
    )
    texts = [t.text for t in root.iter(SVG + "text")]
    found = next(filter(None, map(summary.fullmatch, texts)))
    assert math.isclose(float(found[1]), len(entries) / rows, rel_tol=1e-3)
    numbers = [int(found[i]) for i in range(2, 6)]
    middle = ordered[math.ceil(rows / 2) - 1]
    assert numbers == [middle, ordered[-1], ordered.count(0), rows], numbers
    return texts


def read_png(path):
    """Rows of (red, green, blue); 8 bits, no interlace."""
    data = open(path, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, header = 8, b"", None
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        header = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    width, height, depth, colour, *_ = header
    assert (depth, colour) == (8, 2), header
    raw, previous, image = zlib.decompress(packed), bytes(3 * width), []
    for y in range(height):
        line = raw[y * (3 * width + 1) : (y + 1) * (3 * width + 1)]
        out = bytearray()
        for i, byte in enumerate(line[1:]):
            a = out[i - 3] if i >= 3 else 0
            b, c = previous[i], previous[i - 3] if i >= 3 else 0
            nearest = min(
                (abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c)
            )[2]
            out.append(byte + (0, a, b, (a + b) // 2, nearest)[line[0]] & 255)
        previous = bytes(out)
        image.append([tuple(out[i : i + 3]) for i in range(0, len(out), 3)])
    return image


def check_pixels(rows, cols, entries, geometry, output):
    """All pixels of an element have one colour, white without an entry."""
    image = read_png(output)
    left, top, width, height = map(int, geometry)
    for row in range(rows):
        for col in range(cols):
            pixels = {
                image[top + row * height + dy][left + col * width + dx]
                for dy in range(height)
                for dx in range(width)
            }
            assert len(pixels) == 1, (row, col, pixels)
            assert ((255, 255, 255) in pixels) == ((row, col) not in entries)


def main():
    random.seed(5)
    everywhere = lambda rows, cols: [(r, c) for r in range(rows) for c in range(cols)]
    for rows, cols, count in ((1, 1, 1), (7, 5, 9), (31, 77, 400), (90, 12, 55)):
        entries = random.sample(everywhere(rows, cols), count)
        path = write_matrix(f"exact-{rows}", rows, cols, entries)
        svg = plot(path, "svg")
        geometry = check_exact(rows, cols, entries, svg)
        texts = check_rows(rows, entries, svg, doubling=False)
        assert f"exact-{rows}.mtx" in texts
        share = f"{100 * count / rows / cols:.4g}"
        assert f"{rows} x {cols}, {count} nonzeros, {share} %" in texts, texts
        if "png" in sys.argv:
            check_pixels(rows, cols, set(entries), geometry, plot(path, "png"))
    # 480 rows in 240 cells: 2 x 4 elements in each. A few long rows.
    entries = set()
    for _ in range(30000):
        entries.add((int(480 * random.random() ** 2), random.randrange(960)))
    entries |= {(row, col) for row in (3, 4, 5, 200) for col in range(960)}
    entries = {(r, c) for r, c in entries if r % 7 or r < 100}
    path = write_matrix("binned", 480, 960, sorted(entries))
    check_binned(480, 960, entries, plot(path, "svg"))
    scattered = {(r, c) for r, c in entries if r in (3, 200) or c == r}
    path = write_matrix("scattered", 480, 960, sorted(scattered))
    check_rows(480, scattered, plot(path, "svg", "--kind", "rows"), doubling=True)
    print("good")


main()
