//===- EntryLines.h - Lines of entries, by several threads
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats: the fast way through the body of a text file.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_ENTRYLINES_H
#define SPARSEGPU_LIB_FORMATS_ENTRYLINES_H

#include "SparseGPU/Formats/Coo.h"

#include <cstdint>
#include <string_view>

namespace sparsegpu::formats {

/// What follows the row and the column in a line.
enum class LineValue { None, Integer, Real };

/// Reads `entries` lines "row column [value]", counted from 1, into `matrix`,
/// from several threads (0: as many as the machine has). The text is cut at
/// line ends, lines are counted, and each piece is read to its place. Values
/// are the doubles nearest to the text; 1 where there are none.
///
/// True: the text is this and nothing else but blanks at its end, and `matrix`
/// has its entries in their order. False: anything else (a comment, a blank
/// line, an index outside of the matrix, another number of lines ...), which a
/// slower reader may accept, or say what is wrong; `matrix` has no entries.
///
/// Requires a matrix with its shape, without entries, with the capacity for
/// all that the text can hold.
bool readEntryLines(std::string_view text, int64_t entries, LineValue value,
                    CooMatrix &matrix, unsigned threads = 0);

/// Puts behind each entry beside the diagonal its mirror image, with the value
/// times `sign`. False, and nothing is changed, if entries lie on both sides of
/// the diagonal, or on it where none may. Throws std::bad_alloc.
bool mirrorEntries(CooMatrix &matrix, double sign, bool mayHaveDiagonal);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_ENTRYLINES_H
