//===- Info.cpp - sparse-pack info
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixStatistics.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

using json = nlohmann::ordered_json;

namespace {
struct Arguments {
  Input input;
  bool json = false;
  std::string valueType = "f32";
  unsigned indexWidth = 32;
};

/// What a format would take, or why it cannot.
struct Size {
  const Format *format = nullptr;
  int64_t bytes = -1;
  std::string error;
};

struct Report {
  MatrixFile file; // its entries are taken out
  MatrixStatistics statistics;
  int64_t duplicates = 0;
  std::vector<Size> sizes;
};
} // namespace

static std::string_view name(Symmetry symmetry) {
  switch (symmetry) {
  case Symmetry::None:
    return "none";
  case Symmetry::Pattern:
    return "pattern";
  case Symmetry::Symmetric:
    return "symmetric";
  case Symmetry::SkewSymmetric:
    return "skew-symmetric";
  }
  return {};
}

static Expected<Report> makeReport(Arguments &arguments) {
  Progress progress;
  Expected<MatrixFile> file = readInput(arguments.input, progress);
  if (!file)
    return file.takeError();
  Report report;
  report.file = *std::move(file);
  progress.show("sorting");
  PackOptions options;
  options.valueType = ElementType::F64;
  options.positionWidth = options.coordinateWidth = 64;
  Expected<PackedMatrix> packed = packCsr(report.file.matrix, options);
  if (!packed)
    return Error(
        concat(displayPath(arguments.input.path), ": ", packed.message()));
  report.duplicates = report.file.matrix.entries() - packed->nnz;
  report.file.matrix = {};
  CsrSource source = asCsrSource(*packed);
  // There is a count for each column.
  if (Status status = checkFieldSize(
          {"column lengths", FieldRole::Positions, "columns", ""},
          ElementType::I64, source.cols);
      !status)
    return Error(
        concat(displayPath(arguments.input.path), ": ", status.message()));
  progress.show("counting");
  report.statistics = computeStatistics(source);

  // Sizes do not depend on values: zeros of the type stand for them.
  options.valueType = *parseElementType(arguments.valueType);
  options.positionWidth = options.coordinateWidth = arguments.indexWidth;
  std::vector<std::byte> values(static_cast<size_t>(packed->nnz) *
                                    byteSize(options.valueType),
                                std::byte(1));
  source.valueType = options.valueType;
  source.values = values.data();
  for (const Format *format : allFormats()) {
    progress.show(concat("packing as ", format->name()));
    Size size;
    size.format = format;
    try {
      Expected<PackedMatrix> as =
          format->pack(source, defaultParameters(*format), options);
      if (as)
        size.bytes = as->byteSize();
      else
        size.error = as.message();
    } catch (const std::bad_alloc &) {
      size.error = "there is not enough memory";
    }
    report.sizes.push_back(std::move(size));
  }
  return report;
}

static json toJSON(const LengthStatistics &lengths) {
  return {{"min", lengths.min}, {"mean", lengths.mean},
          {"max", lengths.max}, {"empty", lengths.empty},
          {"p50", lengths.p50}, {"p90", lengths.p90},
          {"p99", lengths.p99}, {"variation", lengths.variation}};
}

static json toJSON(const BlockStatistics &blocks) {
  return {{"rows", blocks.rows},
          {"columns", blocks.cols},
          {"blocks", blocks.blocks},
          {"fill", blocks.fill}};
}

static json toJSON(const Arguments &arguments, const Report &report) {
  const MatrixStatistics &s = report.statistics;
  json result = {{"file", arguments.input.path},
                 {"kind", name(report.file.kind)},
                 {"field", name(report.file.field)},
                 {"declaredSymmetry", name(report.file.symmetry)},
                 {"stored", report.file.storedEntries},
                 {"rows", s.rows},
                 {"columns", s.cols},
                 {"nonzeros", s.nnz},
                 {"duplicates", report.duplicates},
                 {"zeros", s.zeros},
                 {"density", s.density},
                 {"rowLengths", toJSON(s.rowLengths)},
                 {"columnLengths", toJSON(s.colLengths)},
                 {"symmetry", ::name(s.symmetry)},
                 {"lowerBandwidth", s.lowerBandwidth},
                 {"upperBandwidth", s.upperBandwidth},
                 {"spread", s.spread}};
  for (const BlockStatistics &blocks : s.blocks)
    result["blocks"].push_back(toJSON(blocks));
  for (const BlockStatistics &blocks : s.vectors)
    result["vectors"].push_back(toJSON(blocks));
  result["condensedTiles"] = toJSON(s.condensed);
  result["valueType"] = arguments.valueType;
  result["indexWidth"] = arguments.indexWidth;
  for (const Size &size : report.sizes) {
    json entry = {
        {"format", spell(*size.format, defaultParameters(*size.format))}};
    if (size.bytes >= 0)
      entry["bytes"] = size.bytes;
    else
      entry["error"] = size.error;
    result["sizes"].push_back(entry);
  }
  return result;
}

static void print(const char *title, const LengthStatistics &lengths) {
  std::cout << std::left << std::setw(16) << title << "min " << lengths.min
            << ", mean " << lengths.mean << ", max " << lengths.max
            << ", empty " << lengths.empty << "; 50 % up to " << lengths.p50
            << ", 90 % up to " << lengths.p90 << ", 99 % up to " << lengths.p99
            << "\n";
}

static void print(const BlockStatistics &blocks) {
  std::cout << "  " << std::left << std::setw(14)
            << concat(blocks.rows, " x ", blocks.cols) << std::right
            << std::setw(12) << blocks.blocks << std::setw(9)
            << 100 * blocks.fill << " %\n";
}

static void printReport(const Arguments &arguments, const Report &report) {
  const MatrixStatistics &s = report.statistics;
  std::cout << std::setprecision(4) << arguments.input.path << ": "
            << name(report.file.kind) << ", " << name(report.file.field) << ", "
            << name(report.file.symmetry) << "\n"
            << "shape           " << s.rows << " x " << s.cols << "\n"
            << "nonzeros        " << s.nnz << " (" << 100 * s.density
            << " %), of them zero " << s.zeros << "; duplicates "
            << report.duplicates << "\n";
  print("row lengths", s.rowLengths);
  print("column lengths", s.colLengths);
  std::cout << "symmetry        " << ::name(s.symmetry) << "\n"
            << "bandwidth       " << s.lowerBandwidth << " below, "
            << s.upperBandwidth << " above the diagonal\n"
            << "\n  blocks          non-empty     fill\n";
  for (const BlockStatistics &blocks : s.blocks)
    print(blocks);
  for (const BlockStatistics &blocks : s.vectors)
    print(blocks);
  std::cout << "  condensed tiles\n";
  print(s.condensed);
  std::cout << "\n  size in bytes with " << arguments.valueType
            << " values and indices of " << arguments.indexWidth << " bits\n";
  for (const Size &size : report.sizes) {
    std::cout << "  " << std::left << std::setw(46)
              << spell(*size.format, defaultParameters(*size.format));
    if (size.bytes >= 0)
      std::cout << std::right << std::setw(14) << size.bytes << "\n";
    else
      std::cout << "  " << size.error << "\n";
  }
}

void pack::addInfo(CLI::App &app, int &status) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "info", "Shape, lengths of rows, symmetry, fill of blocks, and the size "
              "in every format");
  addInputOptions(*command, arguments->input);
  command->add_flag("--json", arguments->json, "Print JSON");
  command
      ->add_option("--value-type", arguments->valueType,
                   "The type of values for the sizes")
      ->check([](const std::string &text) {
        return parseElementType(text) ? "" : "no such type: " + text;
      })
      ->capture_default_str();
  command
      ->add_option("--index-width", arguments->indexWidth,
                   "The bits of positions and coordinates for the sizes; 0 is "
                   "the type index")
      ->check(CLI::IsMember({0, 8, 16, 32, 64}))
      ->capture_default_str();
  command->callback([arguments, &status] {
    Expected<Report> report = makeReport(*arguments);
    if (!report) {
      status = fail(report.message());
      return;
    }
    if (arguments->json)
      std::cout << toJSON(*arguments, *report).dump(2) << "\n";
    else
      printReport(*arguments, *report);
    if (!std::cout.flush())
      status = fail("cannot write to standard output");
  });
}
