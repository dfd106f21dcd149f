//===- PlotDrawing.cpp - Plots of a matrix as a picture
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlotDrawing.h"

#include "PlotData.h"
#include "SparseGPU/Formats/MatrixStatistics.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

static constexpr Colour frameColour = {110, 110, 110};
static constexpr Colour gridColour = {224, 224, 224};
static constexpr Colour barColour = {66, 116, 178};
static constexpr size_t shades = 8;
/// Round a plot area: room for ticks and the name of an axis.
static constexpr double leftMargin = 76, rightMargin = 28, bottomMargin = 70;
/// The title, and what is above the plot areas.
static constexpr double titleHeight = 64, topMargin = 44;
static constexpr double tickSize = 11, labelSize = 12, titleSize = 16;

/// From light, which is seen on white, to dark.
static Colour shade(size_t level) {
  auto mix = [&](int light, int dark) {
    return static_cast<uint8_t>(light + (dark - light) *
                                            static_cast<int>(level) /
                                            static_cast<int>(shades - 1));
  };
  return {mix(158, 8), mix(194, 34), mix(230, 94)};
}

/// Four digits.
static std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", value);
  return text;
}

/// 12000 as "12k", 2500000 as "2.5M": what stands at a tick.
static std::string shortNumber(double value) {
  static constexpr const char *units[] = {"", "k", "M", "G", "T", "P", "E"};
  size_t unit = 0;
  if (value >= 10000)
    while (value >= 1000 && unit + 1 < std::size(units)) {
      value /= 1000;
      ++unit;
    }
  return rounded(value) + units[unit];
}

/// 1, 2 or 5 times a power of ten, so that `range` has at most `most` steps; at
/// least 1.
static double tickStep(double range, int most) {
  double step = 1;
  for (int i = 0; range / step > most; ++i)
    step *= i % 3 == 1 ? 2.5 : 2;
  return step;
}

namespace {
class Plotter {
public:
  Plotter(const CsrSource &matrix, const PlotOptions &options)
      : matrix(matrix), options(options) {}

  Drawing draw();

private:
  /// Each draws a plot whose left margin begins at `left`, and gives its width.
  double drawSpy(double left);
  double drawRows(double left);
  void drawTitle();
  void drawCells(const DensityGrid &grid, const Box &area);
  void drawShades(const Box &area, double lightest, double darkest);
  void drawBars(const RowHistogram &histogram, const Box &area);
  void drawRowAxis(const Box &area, double most, bool isLogarithmic);

  void line(double x1, double y1, double x2, double y2, Colour colour) {
    drawing.shapes.push_back(Line{x1, y1, x2, y2, colour});
  }
  void frame(const Box &area);
  void label(double x, double y, std::string text, double size,
             Anchor anchor = Anchor::Middle) {
    Label label;
    label.x = x;
    label.y = y;
    label.text = std::move(text);
    label.size = size;
    label.anchor = anchor;
    drawing.shapes.push_back(std::move(label));
  }
  void uprightLabel(double x, double y, std::string text) {
    label(x, y, std::move(text), labelSize);
    std::get<Label>(drawing.shapes.back()).upright = true;
  }
  void needHeight(double height) {
    drawing.height = std::max(drawing.height, height);
  }

  const CsrSource &matrix;
  const PlotOptions &options;
  Drawing drawing;
};
} // namespace

void Plotter::frame(const Box &area) {
  // Half a pixel out: sharp, and not over the cells.
  double x1 = area.x - .5, y1 = area.y - .5;
  double x2 = area.x + area.width + .5, y2 = area.y + area.height + .5;
  line(x1, y1, x2, y1, frameColour);
  line(x1, y2, x2, y2, frameColour);
  line(x1, y1, x1, y2, frameColour);
  line(x2, y1, x2, y2, frameColour);
}

void Plotter::drawTitle() {
  label(24, 30, printable(options.title), titleSize, Anchor::Start);
  std::get<Label>(drawing.shapes.back()).bold = true;
  auto nnz = static_cast<double>(matrix.nnz());
  double places =
      static_cast<double>(matrix.rows) * static_cast<double>(matrix.cols);
  std::string text =
      concat(matrix.rows, " x ", matrix.cols, ", ", matrix.nnz(), " nonzeros, ",
             rounded(places ? 100 * nnz / places : 0), " %");
  label(24, 50, text, labelSize, Anchor::Start);
  drawing.description = concat(printable(options.title), ": ", text);
}

//===----------------------------------------------------------------------===//
// Where the entries are
//===----------------------------------------------------------------------===//

/// Runs of cells of one shade in a row become one rectangle.
void Plotter::drawCells(const DensityGrid &grid, const Box &area) {
  double lightest = 1, darkest = 0;
  for (int64_t i = 0; i < grid.gridRows; ++i)
    for (int64_t j = 0; j < grid.gridCols; ++j)
      if (grid.count(i, j)) {
        lightest = std::min(lightest, grid.fill(i, j));
        darkest = std::max(darkest, grid.fill(i, j));
      }
  // Cells differ by an element in their size.
  bool isEven = darkest < 1.3 * lightest;
  double range = std::log(darkest / lightest);
  auto level = [&](int64_t i, int64_t j) {
    if (!grid.count(i, j))
      return -1;
    // One shade: not the darkest, in which neighbours are hard to tell.
    if (grid.isExact())
      return static_cast<int>(shades) - 3;
    if (isEven)
      return static_cast<int>(shades) - 1;
    double place = std::log(grid.fill(i, j) / lightest) / range;
    return std::clamp(static_cast<int>(place * shades), 0,
                      static_cast<int>(shades) - 1);
  };
  double width = area.width / static_cast<double>(grid.gridCols);
  double height = area.height / static_cast<double>(grid.gridRows);
  std::vector<FilledCells> cells(shades);
  for (size_t s = 0; s < shades; ++s)
    cells[s].colour = shade(s);
  for (int64_t i = 0; i < grid.gridRows; ++i)
    for (int64_t j = 0, end = 0; j < grid.gridCols; j = end) {
      int here = level(i, j);
      for (end = j + 1; end < grid.gridCols && level(i, end) == here;)
        ++end;
      if (here >= 0)
        cells[static_cast<size_t>(here)].boxes.push_back(
            {area.x + static_cast<double>(j) * width,
             area.y + static_cast<double>(i) * height,
             static_cast<double>(end - j) * width, height});
    }
  for (FilledCells &shape : cells)
    if (!shape.boxes.empty())
      drawing.shapes.push_back(std::move(shape));
  if (!grid.isExact() && darkest > 0)
    drawShades(area, isEven ? darkest : lightest, darkest);
}

/// What the shades mean, below the plot.
void Plotter::drawShades(const Box &area, double lightest, double darkest) {
  double x = area.x, y = area.y + area.height + 22, side = 12;
  bool isEven = lightest >= darkest;
  std::string from = isEven ? "" : rounded(100 * lightest) + " %";
  label(x, y + 10, "filled:  " + from, tickSize, Anchor::Start);
  x += 48 + 6.6 * static_cast<double>(from.size());
  for (size_t s = isEven ? shades - 1 : 0; s < shades; ++s) {
    drawing.shapes.push_back(FilledBox{{x, y, side, side}, shade(s), {}});
    x += side;
  }
  label(x + 6, y + 10, rounded(100 * darkest) + " %", tickSize, Anchor::Start);
}

double Plotter::drawSpy(double left) {
  auto longest = static_cast<double>(std::max(matrix.rows, matrix.cols));
  auto size = static_cast<double>(options.size);
  // A long and narrow matrix is drawn wider than it is.
  auto side = [&](int64_t elements) {
    double length =
        longest ? size * static_cast<double>(elements) / longest : 0;
    return std::floor(std::max(length, size / 4));
  };
  Box area = {left + leftMargin, titleHeight + topMargin, side(matrix.cols),
              side(matrix.rows)};
  bool isEmpty = matrix.rows == 0 || matrix.cols == 0;
  if (!isEmpty) {
    DensityGrid grid = countCells(matrix, static_cast<int64_t>(area.height / 2),
                                  static_cast<int64_t>(area.width / 2));
    // Whole pixels.
    auto fit = [](double length, int64_t cells) {
      auto count = static_cast<double>(cells);
      return std::floor(length / count) * count;
    };
    area.width = fit(area.width, grid.gridCols);
    area.height = fit(area.height, grid.gridRows);
    drawCells(grid, area);
    auto ticks = [&](int64_t elements, int64_t cells, double length,
                     auto &&drawTick) {
      double element = length / static_cast<double>(elements);
      // A cell that is an element is numbered in its middle.
      double shift = cells == elements ? element / 2 : 0;
      double step = tickStep(static_cast<double>(elements),
                             std::max(3, static_cast<int>(length / 60)));
      for (double at = 0; at < static_cast<double>(elements); at += step)
        drawTick(std::floor(at * element + shift) + .5, shortNumber(at));
    };
    ticks(matrix.cols, grid.gridCols, area.width,
          [&](double at, std::string text) {
            line(area.x + at, area.y - 5, area.x + at, area.y, frameColour);
            label(area.x + at, area.y - 9, std::move(text), tickSize);
          });
    ticks(matrix.rows, grid.gridRows, area.height,
          [&](double at, std::string text) {
            line(area.x - 5, area.y + at, area.x, area.y + at, frameColour);
            label(area.x - 9, area.y + at + 4, std::move(text), tickSize,
                  Anchor::End);
          });
  }
  frame(area);
  label(area.x + area.width / 2, area.y - 26, "column", labelSize);
  uprightLabel(area.x - 56, area.y + area.height / 2, "row");
  needHeight(area.y + area.height + 50);
  return leftMargin + std::max(area.width, 220.0) + rightMargin;
}

//===----------------------------------------------------------------------===//
// How long the rows are
//===----------------------------------------------------------------------===//

void Plotter::drawRowAxis(const Box &area, double most, bool isLogarithmic) {
  double bottom = area.y + area.height;
  auto tick = [&](double value, double share) {
    double y = std::floor(bottom - share * area.height) + .5;
    line(area.x, y, area.x + area.width, y, gridColour);
    label(area.x - 8, y + 4, shortNumber(value), tickSize, Anchor::End);
  };
  if (isLogarithmic) {
    // One row is a step above the axis.
    for (double value = 1; value <= most; value *= 10)
      tick(value, std::log(2 * value) / std::log(2 * most));
    return;
  }
  double step = tickStep(most, 6);
  for (double value = 0; value <= most; value += step)
    tick(value, value / most);
}

void Plotter::drawBars(const RowHistogram &histogram, const Box &area) {
  int64_t most = 1, least = INT64_MAX;
  for (const RowHistogram::Bar &bar : histogram.bars)
    if (bar.rows) {
      most = std::max(most, bar.rows);
      least = std::min(least, bar.rows);
    }
  bool isLogarithmic = most / least >= 50;
  // A little room above the highest bar.
  double top = static_cast<double>(most) * (isLogarithmic ? 1.5 : 1.05);
  drawRowAxis(area, top, isLogarithmic);
  auto count = static_cast<double>(histogram.bars.size());
  double width = area.width / count, bottom = area.y + area.height;
  // A label for each bar, or for every second, third ...
  double widest =
      6.6 *
      static_cast<double>(
          shortNumber(static_cast<double>(histogram.bars.back().first)).size());
  auto every = static_cast<size_t>(std::ceil((widest + 8) / width));
  for (size_t i = 0; i < histogram.bars.size(); ++i) {
    const RowHistogram::Bar &bar = histogram.bars[i];
    double left = area.x + static_cast<double>(i) * width;
    if (i % every == 0)
      label(left + width / 2, bottom + 17,
            shortNumber(static_cast<double>(bar.first)), tickSize);
    if (bar.rows == 0)
      continue;
    auto rows = static_cast<double>(bar.rows);
    double share =
        isLogarithmic ? std::log(2 * rows) / std::log(2 * top) : rows / top;
    double height = std::max(1.0, share * area.height);
    std::string lengths = bar.first == bar.last
                              ? concat(bar.first)
                              : concat(bar.first, " to ", bar.last);
    drawing.shapes.push_back(
        FilledBox{{left + width * .08, bottom - height, width * .84, height},
                  barColour,
                  concat(lengths, " entries: ", bar.rows, " rows")});
  }
  std::string axis = "entries in a row";
  if (histogram.bars.front().first != histogram.bars.front().last ||
      histogram.doubling)
    axis += ", from";
  label(area.x + area.width / 2, bottom + 40, axis, labelSize);
  uprightLabel(area.x - 56, area.y + area.height / 2,
               isLogarithmic ? "rows (logarithmic)" : "rows");
}

double Plotter::drawRows(double left) {
  auto size = static_cast<double>(options.size);
  Box area = {left + leftMargin, titleHeight + topMargin, size, .75 * size};
  RowHistogram histogram = countRows(matrix);
  if (!histogram.bars.empty())
    drawBars(histogram, area);
  frame(area);
  std::vector<int64_t> all(static_cast<size_t>(matrix.rows));
  for (int64_t row = 0; row < matrix.rows; ++row)
    all[static_cast<size_t>(row)] =
        matrix.positions[row + 1] - matrix.positions[row];
  LengthStatistics lengths = summarizeLengths(std::move(all));
  std::string summary =
      concat("mean ", rounded(lengths.mean), ", median ", lengths.p50, ", max ",
             lengths.max, ", empty ", lengths.empty, " of ", matrix.rows);
  label(area.x, area.y - 12, summary, labelSize, Anchor::Start);
  needHeight(area.y + area.height + bottomMargin);
  // A letter of this size is about 7 pixels wide.
  double width = 7.0 * static_cast<double>(summary.size());
  return leftMargin + std::max(area.width, width) + rightMargin;
}

Drawing Plotter::draw() {
  drawTitle();
  if (options.spy)
    drawing.width += drawSpy(drawing.width);
  if (options.rows)
    drawing.width += drawRows(drawing.width);
  // Room for the title: a letter of this size is about 10 pixels wide.
  double title = 10.0 * static_cast<double>(options.title.size()) + 48;
  drawing.width = std::max({drawing.width, std::min(title, 2000.0), 400.0});
  return std::move(drawing);
}

Drawing pack::drawPlots(const CsrSource &matrix, const PlotOptions &options) {
  return Plotter(matrix, options).draw();
}
