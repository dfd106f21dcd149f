//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Skyline storage on the host. Source: A. Jennings, "A compact storage scheme
// for the solution of symmetric linear simultaneous equations" (The Computer
// Journal 9, 1966), for whole rows here.
//
//===----------------------------------------------------------------------===//

#ifndef SKYLINE_SKYLINEFORMAT_H
#define SKYLINE_SKYLINEFORMAT_H

#include "SparseGPU/Formats/Format.h"

namespace skyline {

/// Fields: positions[rows + 1], first_columns[rows], values[positions[rows]].
/// An empty row begins at column 0.
///
/// check() names the first invariant that is violated:
///   SKY1  the fields are those of the format
///   SKY2  positions has rows + 1 elements, first_columns has rows
///   SKY3  positions begins with 0, never decreases, and ends with the number
///   of
///         values
///   SKY4  each row ends within the columns
const sparsegpu::formats::Format &rowsFormat();

} // namespace skyline

#endif // SKYLINE_SKYLINEFORMAT_H
