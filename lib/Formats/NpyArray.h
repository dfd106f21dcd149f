//===- NpyArray.h - The array in an .npy file
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_NPYARRAY_H
#define SPARSEGPU_LIB_FORMATS_NPYARRAY_H

#include "NumericArray.h"

namespace sparsegpu::formats {

/// True for what begins as .npy files do.
bool isNpy(std::string_view content);

/// The array that `content` holds, which must be all of it. `where` is what
/// messages call it.
Expected<NumericArray> parseNpyArray(std::string_view content,
                                     std::string_view where);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_NPYARRAY_H
