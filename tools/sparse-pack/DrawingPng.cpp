//===- DrawingPng.cpp - Pictures as PNG
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Drawing.h"

#include "SparseGPU/Support/Strings.h"

#ifdef SPARSEGPU_HAS_CAIRO
#include <cairo.h>
#include <cmath>
#include <memory>
#endif

using namespace sparsegpu;
using namespace sparsegpu::pack;

#ifdef SPARSEGPU_HAS_CAIRO

namespace {
struct Painter {
  cairo_t *cairo;

  void setColour(Colour colour) {
    cairo_set_source_rgb(cairo, colour.red / 255.0, colour.green / 255.0,
                         colour.blue / 255.0);
  }
  void addBox(const Box &box) {
    cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
  }

  void operator()(const FilledBox &box) {
    setColour(box.colour);
    addBox(box.box);
    cairo_fill(cairo);
  }

  void operator()(const FilledCells &cells) {
    setColour(cells.colour);
    // Cells lie on pixels. One path of all would be slow to fill.
    for (const Box &box : cells.boxes) {
      addBox(box);
      cairo_fill(cairo);
    }
  }

  void operator()(const Line &line) {
    setColour(line.colour);
    cairo_set_line_width(cairo, 1);
    cairo_move_to(cairo, line.x1, line.y1);
    cairo_line_to(cairo, line.x2, line.y2);
    cairo_stroke(cairo);
  }

  void operator()(const Label &label) {
    setColour(label.colour);
    cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           label.bold ? CAIRO_FONT_WEIGHT_BOLD
                                      : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, label.size);
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, label.text.c_str(), &extents);
    cairo_save(cairo);
    cairo_move_to(cairo, label.x, label.y);
    if (label.upright)
      cairo_rotate(cairo, -M_PI / 2);
    double before = label.anchor == Anchor::Start    ? 0
                    : label.anchor == Anchor::Middle ? extents.x_advance / 2
                                                     : extents.x_advance;
    cairo_rel_move_to(cairo, -before, 0);
    cairo_show_text(cairo, label.text.c_str());
    cairo_restore(cairo);
  }
};
} // namespace

static cairo_status_t append(void *to, const unsigned char *bytes,
                             unsigned size) {
  static_cast<std::string *>(to)->append(reinterpret_cast<const char *>(bytes),
                                         size);
  return CAIRO_STATUS_SUCCESS;
}

Expected<std::string> pack::toPng(const Drawing &drawing) {
  using Surface = std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t *)>;
  using Context = std::unique_ptr<cairo_t, void (*)(cairo_t *)>;
  Surface surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                 static_cast<int>(std::ceil(drawing.width)),
                                 static_cast<int>(std::ceil(drawing.height))),
      cairo_surface_destroy);
  Context context(cairo_create(surface.get()), cairo_destroy);
  cairo_set_source_rgb(context.get(), 1, 1, 1);
  cairo_paint(context.get());
  for (const auto &shape : drawing.shapes)
    std::visit(Painter{context.get()}, shape);
  std::string png;
  cairo_status_t status = cairo_status(context.get());
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream(surface.get(), append, &png);
  if (status != CAIRO_STATUS_SUCCESS)
    return Error(
        concat("the picture cannot be made: ", cairo_status_to_string(status)));
  return png;
}

#else

Expected<std::string> pack::toPng(const Drawing &) {
  return Error("this build makes no PNG, for it does not have cairo; ask for "
               "a name that ends in .svg");
}

#endif
