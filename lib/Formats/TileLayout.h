//===- TileLayout.h - How the entries of condensed tiles are stored
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_TILELAYOUT_H
#define SPARSEGPU_LIB_FORMATS_TILELAYOUT_H

#include "WindowColumns.h"

namespace sparsegpu::formats {

/// The most rows of a window and columns of a tile: an id fits a byte.
constexpr int64_t largestTileSide = 16;

struct TileShape {
  int64_t window, tile, windows;

  TileShape(int64_t rows, const std::vector<int64_t> &parameters)
      : window(parameters[1]), tile(parameters[2]),
        windows(divideCeil(rows, window)) {}
};

/// One layout of condensed tiles; condensing is done before.
class TileLayout {
public:
  virtual ~TileLayout() = default;

  virtual std::vector<FieldSpec> fields() const = 0;
  /// Packs the matrix; `packed` has the parameters.
  virtual Status fill(const CsrSource &matrix, const WindowColumns &columns,
                      const PackOptions &options,
                      PackedMatrix &packed) const = 0;
  /// CT2 and after.
  virtual Status check(const PackedMatrix &packed) const = 0;
  /// Requires check().
  virtual void unpack(const PackedMatrix &packed,
                      CsrBuilder &builder) const = 0;
};

const TileLayout &tcfLayout();
const TileLayout &meTcfLayout();
const TileLayout &bitTcfLayout();
const TileLayout &meBcrsLayout();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_TILELAYOUT_H
