//===- SafetensorsReader.h - Tensors of neural networks
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_SAFETENSORSREADER_H
#define SPARSEGPU_FORMATS_SAFETENSORSREADER_H

#include "SparseGPU/Formats/MatrixFile.h"

namespace sparsegpu::formats {

/// True for what begins as safetensors files do.
bool isSafetensors(std::string_view content);

/// Parses a safetensors file: a tensor of two dimensions, or one as a column,
/// that `options.tensor` names, or the only one with two dimensions. Types
/// BOOL, U8 to U64, I8 to I64, F8_E4M3, F8_E5M2, F16, BF16, F32, F64. Its
/// nonzeros become the entries.
Expected<MatrixFile> parseSafetensors(std::string_view content,
                                      std::string_view path,
                                      const ReadOptions &options = {});

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_SAFETENSORSREADER_H
