//===- RowSort.h - Sorts the entries of a row in place
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_ROWSORT_H
#define SPARSEGPU_LIB_FORMATS_ROWSORT_H

#include <cstdint>
#include <utility>

namespace sparsegpu::formats {

/// Sorts `count` pairs (columns[i], order[i]), which are all different, by
/// column and then by order, without other memory: short rows by insertion,
/// long ones by radix exchange (Knuth, TAOCP 5.2.2, algorithm R), from the
/// highest bit that differs.
template <typename Column, typename Order>
void sortRow(Column *columns, Order *order, int64_t count) {
  constexpr int64_t fewEntries = 32;
  if (count <= fewEntries) {
    for (int64_t i = 1; i < count; ++i) {
      Column column = columns[i];
      Order place = order[i];
      int64_t to = i;
      for (; to > 0 && (columns[to - 1] > column ||
                        (columns[to - 1] == column && order[to - 1] > place));
           --to) {
        columns[to] = columns[to - 1];
        order[to] = order[to - 1];
      }
      columns[to] = column;
      order[to] = place;
    }
    return;
  }
  uint64_t columnBits = 0, orderBits = 0;
  for (int64_t i = 1; i < count; ++i) {
    columnBits |= uint64_t(columns[i]) ^ uint64_t(columns[0]);
    orderBits |= uint64_t(order[i]) ^ uint64_t(order[0]);
  }
  bool byColumn = columnBits != 0;
  int bit = 63 - __builtin_clzll(byColumn ? columnBits : orderBits);
  auto isUpper = [&](int64_t i) {
    return (byColumn ? uint64_t(columns[i]) : uint64_t(order[i])) >> bit & 1;
  };
  int64_t low = 0, high = count;
  for (;;) {
    while (low < high && !isUpper(low))
      ++low;
    while (low < high && isUpper(high - 1))
      --high;
    if (low == high)
      break;
    --high;
    std::swap(columns[low], columns[high]);
    std::swap(order[low], order[high]);
    ++low;
  }
  // At most 128 deep: one bit is used up each time.
  sortRow(columns, order, low);
  sortRow(columns + low, order + low, count - low);
}

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_ROWSORT_H
