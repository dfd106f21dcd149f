//===- Oracles.h - What must hold for any bytes
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the fuzz targets check beside crashes. A file is read or refused with
// one clear message; what is read is a matrix, and comes back from a file that
// is written from it.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_FORMATS_FUZZ_ORACLES_H
#define SPARSEGPU_UNITTESTS_FORMATS_FUZZ_ORACLES_H

#include "SparseGPU/Formats/MatrixFile.h"

#include <string>
#include <string_view>
#include <vector>

namespace sparsegpu::fuzz {

/// What is wrong with how the library takes the bytes; empty when nothing is.
using Verdict = std::string;

/// `content` given to the reader of `kind`, with each choice for complex
/// numbers and each numbering of nodes where that matters:
/// - a refusal is one printable line that begins with the file, and in text
///   with a line and a column that are in it;
/// - what is read passes checkCoo, has no more entries than the content has
///   room for, packs to compressed rows that hold what a map of the entries
///   holds, and comes back from every kind of file that can hold it, in its
///   order and bit by bit.
Verdict checkReader(formats::FileKind kind, std::string_view content);

/// `content` as a compressed file: unpacked, compressed and unpacked again, and
/// what comes out given to the reader that its content asks for.
Verdict checkCompressed(std::string_view content);

/// `content` as a container: a matrix that is taken can be written and read
/// again; one that passes the check of its format can be unpacked, packed
/// again, and is then the same matrix; one that does not pass is not unpacked.
Verdict checkContainer(std::string_view content);

/// Equal sizes and entries, in order; values bit by bit, but any NaN equals any
/// other. Says where they differ.
Verdict compare(const formats::CooMatrix &left, const formats::CooMatrix &right,
                std::string_view what);

/// One fuzz target.
struct Target {
  std::string_view name;
  Verdict (*check)(std::string_view content);
};
const std::vector<Target> &allTargets();

/// The target of that name, or null.
const Target *findTarget(std::string_view name);

} // namespace sparsegpu::fuzz

#endif // SPARSEGPU_UNITTESTS_FORMATS_FUZZ_ORACLES_H
