//===- NumpyWriter.h - NumPy and SciPy files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_NUMPYWRITER_H
#define SPARSEGPU_LIB_FORMATS_NUMPYWRITER_H

#include "SparseGPU/Formats/MatrixFileWriter.h"

namespace sparsegpu::formats {

/// formatMatrix for .npy and .npz, of a matrix that checkCoo took.
Expected<std::string> formatNpy(const CooMatrix &matrix,
                                const MatrixWriteOptions &options);
Expected<std::string> formatNpz(const CooMatrix &matrix,
                                const MatrixWriteOptions &options);

/// An .npy file of one dimension, int64 if `wide`, else int32.
std::string npyIndices(const std::vector<int64_t> &values, bool wide);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_NUMPYWRITER_H
