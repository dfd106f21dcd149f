//===- EdgeListReader.h - Graphs as lists of edges
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_EDGELISTREADER_H
#define SPARSEGPU_FORMATS_EDGELISTREADER_H

#include "SparseGPU/Formats/MatrixFile.h"

namespace sparsegpu::formats {

/// Parses a list of edges, one per line: two node numbers, and a weight in all
/// lines or in none, parted by blanks, tabs, commas or semicolons. Lines that
/// begin with '#' or '%' are comments. Node numbers start at
/// `options.edgeBase`. An edge from i to j is the entry (i, j) of a square
/// matrix that has room for the largest node number. A comment "# shape: ROWS
/// COLUMNS", before the first edge, gives the shape instead; the writer puts it
/// there.
Expected<MatrixFile> parseEdgeList(std::string_view text, std::string_view path,
                                   const ReadOptions &options = {});

/// True when the first line that is no comment could be an edge.
bool looksLikeEdgeList(std::string_view text);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_EDGELISTREADER_H
