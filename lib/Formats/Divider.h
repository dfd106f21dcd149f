//===- Divider.h - Division by one number again and again
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_DIVIDER_H
#define SPARSEGPU_LIB_FORMATS_DIVIDER_H

#include <cstdint>

namespace sparsegpu::formats {

/// Divides numbers from 0 up to a largest one by a divisor >= 1. A
/// multiplication takes the place of the division where both fit 32 bits:
/// Lemire, Kaser, Kurz, "Faster remainder by direct computation" (Software:
/// Practice and Experience, 2019), section 3.1, with 64 bits of fraction, is
/// exact there.
class Divider {
public:
  Divider(int64_t divisor, int64_t largest) : divisor(divisor) {
    if (divisor > 1 && divisor <= UINT32_MAX && largest <= UINT32_MAX)
      reciprocal = UINT64_MAX / static_cast<uint64_t>(divisor) + 1;
  }

  int64_t operator()(int64_t number) const {
    if (reciprocal != 0)
      return static_cast<int64_t>((static_cast<unsigned __int128>(reciprocal) *
                                   static_cast<uint64_t>(number)) >>
                                  64);
    return divisor == 1 ? number : number / divisor;
  }

private:
  int64_t divisor;
  uint64_t reciprocal = 0;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_DIVIDER_H
