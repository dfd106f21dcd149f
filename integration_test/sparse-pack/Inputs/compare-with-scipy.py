#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""compare-with-scipy.py SPARSE_PACK FOLDER: files of scipy through sparse-pack."""

import os
import subprocess
import sys

import numpy as np
import scipy.io
import scipy.sparse as sp

program, folder = sys.argv[1:]
random = np.random.default_rng(0)
compared = 0


def path(name):
    return os.path.join(folder, name)


def compare(source, expected):
    """`source` through each kind of file that scipy reads is `expected`."""
    global compared
    for target in ("b.npz", "b.mtx", "b.npy", "b.mtx.gz"):
        subprocess.run([program, "convert", source, path(target)], check=True)
        if target.endswith(".npz"):
            found = sp.load_npz(path(target))
        elif target.endswith(".npy"):
            found = sp.csr_matrix(np.load(path(target)))
        else:
            found = sp.csr_matrix(scipy.io.mmread(path(target)))
        wanted = sp.csr_matrix(expected).astype("f8")
        assert found.shape == wanted.shape, (source, target)
        assert abs(sp.csr_matrix(found) - wanted).nnz == 0, (source, target)
        compared += 1


def make(dtype):
    dense = np.ceil(random.random((12, 18)) * 9) * (random.random((12, 18)) < 0.2)
    return sp.csr_matrix(dense.astype(dtype))


for dtype in ("f8", "f4", "i4", "i8", "u1", "?"):
    matrix = make(dtype)
    for index in (matrix, matrix.tocsc(), matrix.tocoo(), matrix.todia(),
                  matrix.tobsr(blocksize=(3, 2))):
        for compressed in (True, False):
            sp.save_npz(path("a.npz"), index, compressed=compressed)
            compare(path("a.npz"), matrix)
for dtype in ("<f8", ">f8", "<f4", ">f4", "<f2", ">f2", "<i2", ">i8", "|u1", "|b1"):
    for order in "CF":
        dense = np.array(np.round(random.random((7, 5)) * 3), dtype=dtype, order=order)
        np.save(path("a.npy"), dense)
        compare(path("a.npy"), sp.csr_matrix(dense.astype("f8")))
for symmetry in ("general", "symmetric"):
    square = make("f8")[:, :12]
    if symmetry == "symmetric":
        square = square + square.T
    scipy.io.mmwrite(path("a.mtx"), square, symmetry=symmetry)
    compare(path("a.mtx"), square)
    scipy.io.mmwrite(path("a.mtx"), square.toarray(), symmetry=symmetry)
    compare(path("a.mtx"), square)
print(compared, "files, all equal")
