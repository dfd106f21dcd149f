//===- FileIO.h - Whole files, compressed or not
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_FILEIO_H
#define SPARSEGPU_SUPPORT_FILEIO_H

#include "SparseGPU/Support/Expected.h"

#include <string>
#include <string_view>

namespace sparsegpu {

/// Reads all bytes of the file at `path`, or of standard input when `path` is
/// "-". Content that is compressed (Compression.h) is unpacked, whatever the
/// name.
///
/// Errors: "<path>: message" when the file cannot be opened or read, or is a
/// directory; "<path>:<line>: message" when compressed data is damaged or
/// truncated, with the line at which the text that could be read ends.
Expected<std::string> readFile(const std::string &path);

/// Writes `content` to the file at `path`, replacing it, or to standard output
/// when `path` is "-". Errors: "<path>: message".
Status writeFile(const std::string &path, std::string_view content);

/// The same, compressed as the name asks for: with gzip for ".gz", with zstd
/// for ".zst".
Status writeFileByName(const std::string &path, std::string_view content);

/// Writes `content` to the file at `path`, compressed with gzip, so that
/// readFile gives it back.
Status writeGzip(const std::string &path, std::string_view content);

/// `path` as messages show it: "<stdin>" for "-".
std::string displayPath(const std::string &path);

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_FILEIO_H
