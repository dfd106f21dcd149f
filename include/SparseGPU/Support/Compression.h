//===- Compression.h - gzip and zstd
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_COMPRESSION_H
#define SPARSEGPU_SUPPORT_COMPRESSION_H

#include "SparseGPU/Support/Expected.h"

#include <string>
#include <string_view>

namespace sparsegpu {

/// gzip (RFC 1952), Zstandard (RFC 8878). The latter only where the build
/// found the library; without it, it is refused with an error that says so.
enum class Compression { None, Gzip, Zstd };

/// What the first bytes say.
Compression compressionOf(std::string_view bytes);
inline bool isCompressed(std::string_view bytes) {
  return compressionOf(bytes) != Compression::None;
}

/// What the end of the name says: ".gz", ".zst".
Compression compressionOfName(std::string_view path);

/// `path` without the ending that compressionOfName knows.
std::string_view withoutCompression(std::string_view path);

/// Unpacks all members (frames) of `bytes`. Memory grows with what comes out,
/// not with what the data announces.
/// Errors: "<path>:<line>: message", with the line at which the text that could
/// be read ends.
Expected<std::string> decompress(std::string_view bytes, std::string_view path);

/// `content` as one member. Errors have no path.
Expected<std::string> compress(std::string_view content, Compression method);

/// Inflates a raw deflate stream (RFC 1951) of exactly `size` bytes.
Expected<std::string> inflateRaw(std::string_view bytes, size_t size);

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_COMPRESSION_H
