//===- Mutators.h - Changes behind checksums
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Changes to files whose checksums or compression would turn away what a
// fuzzer does to their bytes.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_FORMATS_FUZZ_MUTATORS_H
#define SPARSEGPU_UNITTESTS_FORMATS_FUZZ_MUTATORS_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sparsegpu::fuzz {

/// Changes `size` bytes at `data`, where there is room for `maxSize`, and gives
/// the new size: LLVMFuzzerMutate.
using ByteMutator = size_t (*)(uint8_t *data, size_t size, size_t maxSize);

/// `content` changed for the target of that name: for "container" a number, a
/// field or the text of the header, with the checksums made right; for "npz" a
/// member of the archive; for "compression" the unpacked text; for others, and
/// now and then for these, any bytes. The result may be longer than `maxSize`.
std::string mutate(std::string_view target, std::string_view content,
                   size_t maxSize, uint64_t seed, ByteMutator bytes);

} // namespace sparsegpu::fuzz

#endif // SPARSEGPU_UNITTESTS_FORMATS_FUZZ_MUTATORS_H
