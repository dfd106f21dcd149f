//===- Dcsr.h - Doubly compressed sparse rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// DCSR: compressed rows of the rows that have entries. docs/Formats/DCSR.md
// shows the storage. Source: Buluç and Gilbert, "On the representation and
// multiplication of hypersparse matrices" (IPDPS 2008), by columns there.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_DCSR_H
#define SPARSEGPU_FORMATS_DCSR_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Without parameters.
///
/// Fields: row_coordinates[stored rows], positions[stored rows + 1],
/// coordinates[nnz], values[nnz].
///
/// check() names the first invariant that is violated:
///   DCSR1  fields and shape are those of a DCSR matrix
///   DCSR2  positions has one element more than row_coordinates
///   DCSR3  row_coordinates ascend strictly and are below the rows
///   DCSR4  positions begins with 0 and ascends strictly: a stored row has an
///          entry
///   DCSR5  positions ends with the number of coordinates, which is that of
///          values
///   DCSR6  coordinates are below the columns and ascend strictly within a row
const Format &dcsrFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_DCSR_H
