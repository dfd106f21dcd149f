//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The text of the rules of #sparse_gpu.sum, for the generated parser.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_DIALECT_SPARSEGPU_IR_FORMATS_SPLITRULES_H
#define SPARSEGPU_LIB_DIALECT_SPARSEGPU_IR_FORMATS_SPLITRULES_H

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/SmallVector.h"

namespace sparsegpu {

/// rules ::= `[` (`(` rule `)`)* `]`
/// rule  ::= `first_entries` n | `long_rows` n
///         | `full_blocks` rows `,` columns `,` percent
mlir::ParseResult parseSplitRules(mlir::AsmParser &parser,
                                  llvm::SmallVectorImpl<int64_t> &numbers);
void printSplitRules(mlir::AsmPrinter &printer,
                     llvm::ArrayRef<int64_t> numbers);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_DIALECT_SPARSEGPU_IR_FORMATS_SPLITRULES_H
