//===- Drawing.h - Pictures as SVG and PNG
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSEPACK_DRAWING_H
#define SPARSEGPU_TOOLS_SPARSEPACK_DRAWING_H

#include "SparseGPU/Support/Expected.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sparsegpu::pack {

struct Colour {
  uint8_t red = 0, green = 0, blue = 0;
};

/// Where in the text its place is.
enum class Anchor { Start, Middle, End };

/// Lengths are in pixels, from the upper left corner.
struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

/// A filled rectangle, and what a viewer of SVG shows when the mouse is on it.
struct FilledBox {
  Box box;
  Colour colour;
  std::string note;
};

/// Any number of rectangles of one colour, which do not overlap.
struct FilledCells {
  Colour colour;
  std::vector<Box> boxes;
};

struct Line {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  Colour colour;
};

struct Label {
  double x = 0, y = 0;
  /// Of valid UTF-8.
  std::string text;
  double size = 12;
  Anchor anchor = Anchor::Start;
  bool bold = false;
  /// Runs upwards.
  bool upright = false;
  Colour colour = {51, 51, 51};
};

/// A picture: shapes on white, later ones over earlier ones.
struct Drawing {
  double width = 0, height = 0;
  /// What it shows, for those who do not see it; of valid UTF-8.
  std::string description;
  std::vector<std::variant<FilledBox, FilledCells, Line, Label>> shapes;
};

/// `text` as valid UTF-8 without control characters: a question mark stands for
/// every byte that is not right.
std::string printable(std::string_view text);

/// The picture as SVG 1.1.
std::string toSvg(const Drawing &drawing);

/// The picture as PNG, by cairo. Errors: what cairo says; a build without it.
Expected<std::string> toPng(const Drawing &drawing);

} // namespace sparsegpu::pack

#endif // SPARSEGPU_TOOLS_SPARSEPACK_DRAWING_H
