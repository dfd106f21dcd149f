//===- DrawingSvg.cpp - Pictures as SVG
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Drawing.h"

#include "SparseGPU/Support/Strings.h"

#include <cstdio>

using namespace sparsegpu;
using namespace sparsegpu::pack;

/// The bytes of the well-formed UTF-8 sequence at the start of `text` (Unicode
/// 15, table 3-7), 0 when there is none or it is a control character.
static size_t sequenceLength(std::string_view text) {
  auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : 0;
  };
  auto follows = [&](size_t i, int low = 0x80, int high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  int first = byte(0);
  if (first < 0x80)
    return first >= 0x20 && first != 0x7f ? 1 : 0;
  if (first >= 0xc2 && first <= 0xdf)
    // U+0080 to U+009F are control characters.
    return follows(1, first == 0xc2 ? 0xa0 : 0x80) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    // U+FFFE and U+FFFF are no characters of XML.
    bool good =
        follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) &&
        follows(2);
    bool excluded = first == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe;
    return good && !excluded ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4)
    return follows(1, first == 0xf0 ? 0x90 : 0x80,
                   first == 0xf4 ? 0x8f : 0xbf) &&
                   follows(2) && follows(3)
               ? 4
               : 0;
  return 0;
}

std::string pack::printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    size_t size = sequenceLength(text);
    if (size)
      result += text.substr(0, size);
    else
      result += '?';
    text.remove_prefix(size ? size : 1);
  }
  return result;
}

static std::string escaped(std::string_view text) {
  std::string result;
  for (char c : text)
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += c;
    }
  return result;
}

/// Two digits after the point at most.
static std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f", value);
  std::string result = text;
  result.erase(result.find_last_not_of('0') + 1);
  if (result.back() == '.')
    result.pop_back();
  return result;
}

static std::string hex(Colour colour) {
  char text[8];
  std::snprintf(text, sizeof(text), "#%02x%02x%02x", colour.red, colour.green,
                colour.blue);
  return text;
}

static std::string attributes(const Box &box) {
  return concat("x=\"", number(box.x), "\" y=\"", number(box.y), "\" width=\"",
                number(box.width), "\" height=\"", number(box.height), "\"");
}

namespace {
/// Appends a shape as an element.
struct Writer {
  std::string &svg;

  void operator()(const FilledBox &box) {
    svg += concat("<rect ", attributes(box.box), " fill=\"", hex(box.colour),
                  "\"");
    svg += box.note.empty()
               ? "/>\n"
               : concat("><title>", escaped(box.note), "</title></rect>\n");
  }

  /// One path: as short as it can be, for there may be many cells.
  void operator()(const FilledCells &cells) {
    svg += concat("<path fill=\"", hex(cells.colour),
                  "\" shape-rendering=\"crispEdges\" d=\"");
    for (const Box &box : cells.boxes) {
      svg += 'M' + number(box.x) + ' ' + number(box.y);
      svg += 'h' + number(box.width) + 'v' + number(box.height) + 'h' +
             number(-box.width) + 'z';
    }
    svg += "\"/>\n";
  }

  void operator()(const Line &line) {
    svg += concat("<line x1=\"", number(line.x1), "\" y1=\"", number(line.y1),
                  "\" x2=\"", number(line.x2), "\" y2=\"", number(line.y2),
                  "\" stroke=\"", hex(line.colour), "\"/>\n");
  }

  void operator()(const Label &label) {
    static constexpr const char *anchors[] = {"start", "middle", "end"};
    svg += concat("<text x=\"", number(label.x), "\" y=\"", number(label.y),
                  "\" font-size=\"", number(label.size), "\" text-anchor=\"",
                  anchors[static_cast<int>(label.anchor)], "\" fill=\"",
                  hex(label.colour), "\"");
    if (label.bold)
      svg += " font-weight=\"bold\"";
    if (label.upright)
      svg += concat(" transform=\"rotate(-90 ", number(label.x), " ",
                    number(label.y), ")\"");
    svg += concat(">", escaped(label.text), "</text>\n");
  }
};
} // namespace

std::string pack::toSvg(const Drawing &drawing) {
  std::string width = number(drawing.width), height = number(drawing.height);
  std::string svg = concat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"",
      width, "\" height=\"", height, "\" viewBox=\"0 0 ", width, " ", height,
      "\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n<desc>",
      escaped(drawing.description),
      "</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
  for (const auto &shape : drawing.shapes)
    std::visit(Writer{svg}, shape);
  return svg + "</svg>\n";
}
