//===- PlotDrawing.h - Plots of a matrix as a picture
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSEPACK_PLOTDRAWING_H
#define SPARSEGPU_TOOLS_SPARSEPACK_PLOTDRAWING_H

#include "Drawing.h"
#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::pack {

struct PlotOptions {
  /// Where the entries lie; how long the rows are.
  bool spy = true, rows = true;
  /// The longer side of the spy plot, and the width of the histogram, in
  /// pixels.
  int64_t size = 480;
  std::string title;
};

/// The plots side by side under the title, the shape and the number of entries.
/// A cell of the spy plot is an element, or as many as it takes for cells of
/// two pixels; its shade is the share of elements with an entry, on a
/// logarithmic scale.
Drawing drawPlots(const formats::CsrSource &matrix, const PlotOptions &options);

} // namespace sparsegpu::pack

#endif // SPARSEGPU_TOOLS_SPARSEPACK_PLOTDRAWING_H
