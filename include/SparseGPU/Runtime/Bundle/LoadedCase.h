//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A case of a bundle, loaded: its program, and its operands on the device.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_BUNDLE_LOADEDCASE_H
#define SPARSEGPU_RUNTIME_BUNDLE_LOADEDCASE_H

#include "SparseGPU/Runtime/Bundle/Manifest.h"
#include "SparseGPU/Runtime/Bundle/RuntimeLibrary.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace sparsegpu::bundle {

/// A dense array on the host, row-major.
struct HostArray {
  std::string name;
  formats::ElementType element = formats::ElementType::F32;
  std::vector<int64_t> shape;
  std::vector<std::byte> bytes;

  int64_t elements() const;
};

/// An operand: its bytes as they were at the start, and where they lie on the
/// device (on the host for programs with host operands).
struct Operand {
  HostArray initial;
  void *data = nullptr;
};

/// A program with its operands. Everything is released with the object.
class LoadedCase {
public:
  /// Reads the data, puts it on the device and loads the program for that
  /// device. `directory` is the bundle. Errors name the file.
  static Expected<LoadedCase> load(const std::string &directory,
                                   const Manifest &manifest, const Case &info,
                                   const RuntimeLibrary &library);
  LoadedCase(LoadedCase &&) noexcept;
  LoadedCase &operator=(LoadedCase &&) noexcept;
  ~LoadedCase();

  const Program &program() const;
  /// The stream of all work of this case.
  void *stream() const;
  /// The operand with the name of its parameter ("B", "A.positions"), or null.
  const Operand *find(const std::string &parameter) const;
  /// The operand in whose memory `address` lies, or null.
  const Operand *findByAddress(const void *address) const;

  /// Calls the program once: with device operands it puts the work on the
  /// stream and does not wait; with host operands it waits.
  Status call();
  /// Gives the operands whose memory holds the results their first values back;
  /// requires a call before. On device memory it does not wait.
  Status restore();
  /// Waits, and copies the results of the last call to the host.
  Expected<std::vector<HostArray>> results();
  /// The operands whose memory holds the results of the last call, in order;
  /// null for a result that the program allocated.
  std::vector<const Operand *> resultOperands() const;
  /// Calls once more, and says whether that gave the same results, bit for bit,
  /// as `before`, those of the call before: then calls can follow one another
  /// without restore().
  Expected<bool> isRepeatable(const std::vector<HostArray> &before);

private:
  struct State;
  explicit LoadedCase(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace sparsegpu::bundle

#endif // SPARSEGPU_RUNTIME_BUNDLE_LOADEDCASE_H
