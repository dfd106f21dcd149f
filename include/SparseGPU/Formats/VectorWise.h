//===- VectorWise.h - V x 1 vectors of neighbouring rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vector-wise sparsity: shuffled blocks whose rows stay where they are.
// docs/Formats/VectorWise.md shows the storage.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_VECTORWISE_H
#define SPARSEGPU_FORMATS_VECTORWISE_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Groups of `v` (8 to 128) neighbouring rows; of each group, every column in
/// which one of its rows has an entry, as a vector of v values. The last group
/// is filled up with rows that do not exist.
///
/// Fields: those of the shuffled block (ShuffledBlock.h) without
/// row_permutation. The invariants VW1 to VW7 are SB1 to SB7, and VW8 is SB9.
const Format &vectorWiseFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_VECTORWISE_H
