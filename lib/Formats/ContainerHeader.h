//===- ContainerHeader.h - The header of containers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_CONTAINERHEADER_H
#define SPARSEGPU_LIB_FORMATS_CONTAINERHEADER_H

#include "SparseGPU/Formats/Container.h"

namespace sparsegpu::formats {

/// CRC-32 as in gzip and zip.
uint32_t containerChecksum(std::string_view content);

/// A whole container with the arrays of `view`; checksums are computed.
std::string writeContainerHeader(const ContainerView &view);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_CONTAINERHEADER_H
