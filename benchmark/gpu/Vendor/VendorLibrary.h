//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A vendor's library, found and loaded when the benchmark runs. Nothing of CUDA
// is linked, so that the benchmark is built without it and runs where some or
// all of the libraries are missing.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_VENDORLIBRARY_H
#define SPARSEGPU_BENCHMARK_GPU_VENDORLIBRARY_H

#include "SparseGPU/Support/Expected.h"

#include <string>
#include <vector>

namespace sparsegpu::gpubench {

/// Where vendors' libraries are looked for.
struct LibrarySearch {
  /// Folders that hold the libraries, or hold nvidia/*/lib with them (the
  /// site-packages of a Python installation). Looked at first, in this order;
  /// then comes what the dynamic loader finds, then /usr/local/cuda/lib64.
  std::vector<std::string> folders;
  /// True on the software GPU, whose memory is the host's: only the libraries
  /// made for the tests, which compute on the host, and only from `folders`.
  /// False on a GPU, where those are refused.
  bool testLibraries = false;
};

/// Splits "a:b" into folders; empty pieces are left out.
std::vector<std::string> splitFolders(const std::string &list);

/// A loaded library; it stays loaded to the end of the process.
class VendorLibrary {
public:
  /// Loads the first of `names` ("libcusparse.so.12") that is found. The error
  /// says which names were looked for, and what the loader said of a file that
  /// is there and cannot be loaded.
  static Expected<VendorLibrary> open(const std::vector<std::string> &names,
                                      const LibrarySearch &search);

  /// The address of a function, or null.
  void *find(const char *symbol) const;
  /// The file, as the loader knows it.
  const std::string &path() const { return file; }

private:
  void *handle = nullptr;
  std::string file;
};

/// Fills a table of functions and remembers what was missing.
class SymbolLoader {
public:
  explicit SymbolLoader(const VendorLibrary &library) : library(library) {}

  template <typename Function>
  SymbolLoader &required(Function *&function, const char *symbol) {
    optional(function, symbol);
    if (!function && missing.empty())
      missing = symbol;
    return *this;
  }
  template <typename Function>
  SymbolLoader &optional(Function *&function, const char *symbol) {
    function = reinterpret_cast<Function *>(library.find(symbol));
    return *this;
  }
  /// An error that names the first required function that is missing.
  Status finish() const;

private:
  const VendorLibrary &library;
  std::string missing;
};

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_VENDORLIBRARY_H
