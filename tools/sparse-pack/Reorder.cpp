//===- Reorder.cpp - sparse-pack reorder
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Output.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Formats/Reordering.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <iostream>
#include <nlohmann/json.hpp>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

using json = nlohmann::ordered_json;

namespace {
struct Arguments {
  Input input;
  Output output;
  std::string by, permutation;
  bool symmetric = false, rowsOnly = false, reportOnly = false, json = false;
};
} // namespace

/// The matrix in compressed rows, with 64-bit indices and values.
static Expected<PackedMatrix> compress(const CooMatrix &matrix) {
  PackOptions options;
  options.valueType = ElementType::F64;
  options.positionWidth = options.coordinateWidth = 64;
  return packCsr(matrix, options);
}

static Expected<std::vector<int64_t>> findOrder(const std::string &by,
                                                const CsrSource &matrix) {
  if (by == "rcm")
    return orderByRcm(matrix);
  return by == "similarity" ? orderBySimilarity(matrix)
                            : orderByRowLength(matrix);
}

static json toJSON(const OrderStatistics &statistics) {
  return {{"bandwidth", statistics.bandwidth},
          {"profile", statistics.profile},
          {"tiles_16x8", statistics.tiles},
          {"nonzeros_per_tile", statistics.entriesPerTile}};
}

static void print(std::ostream &out, const json &report) {
  const json &before = report["before"], &after = report["after"];
  out.precision(4);
  out << report["file"].get<std::string>() << ": " << report["rows"] << " x "
      << report["columns"] << ", " << report["nonzeros"] << " nonzeros, "
      << (report["symmetric"].get<bool>() ? "rows and columns" : "rows")
      << " by " << report["by"].get<std::string>() << "\n";
  struct {
    const char *title, *key;
  } const lines[] = {{"bandwidth       ", "bandwidth"},
                     {"profile         ", "profile"},
                     {"16 x 8 tiles    ", "tiles_16x8"},
                     {"nonzeros/tile   ", "nonzeros_per_tile"}};
  for (const auto &[title, key] : lines)
    out << title << before[key].get<double>() << " before, "
        << after[key].get<double>() << " after\n";
  if (report.contains("output"))
    out << "wrote           " << report["output"].get<std::string>() << ": "
        << report["written"].get<std::string>()
        << (report["carries_order"].get<bool>()
                ? ", which carries the order of its rows"
                : "")
        << "\n";
  if (report.contains("permutation"))
    out << "wrote           " << report["permutation"].get<std::string>()
        << ": the order\n";
}

/// Whether the output is a format that keeps the matrix as it is and stores the
/// order of its rows.
static Expected<bool> carriesOrder(const Output &output) {
  if (output.format.empty())
    return false;
  Expected<FormatChoice> choice = parseFormat(output.format);
  if (!choice)
    return choice.takeError();
  return choice->format->storesRowPermutationFor(choice->parameters);
}

static Expected<json> run(Arguments &arguments) {
  Progress progress;
  Output &output = arguments.output;
  bool writes = !arguments.reportOnly;
  if (writes && output.path.empty())
    return Error("say with -o where to write, or --report-only");
  if (writes && output.path == "-" && arguments.json)
    return Error("--json and -o - both want standard output");
  bool isRcm = arguments.by == "rcm";
  bool symmetric = (isRcm || arguments.symmetric) && !arguments.rowsOnly;
  OutputMatrix toWrite;
  toWrite.format = {&csrFormat(), {}};
  bool carries = false;
  if (writes) {
    if (Status status = checkOutput(output, toWrite.format); !status)
      return status.takeError();
    Expected<bool> found = carriesOrder(output);
    if (!found)
      return found.takeError();
    carries = *found;
    if (carries && symmetric)
      return Error(concat("the format ", output.format,
                          " carries an order of rows, none of columns; give "
                          "--rows-only"));
  }
  std::string shown = displayPath(arguments.input.path);
  Expected<MatrixFile> file = readInput(arguments.input, progress);
  if (!file)
    return file.takeError();
  if (symmetric && file->matrix.rows != file->matrix.cols)
    return Error(concat(shown,
                        ": rows and columns can only be reordered alike "
                        "in a square matrix, this is ",
                        file->matrix.rows, " x ", file->matrix.cols));
  progress.show("sorting");
  Expected<PackedMatrix> csr = compress(file->matrix);
  if (!csr)
    return Error(concat(shown, ": ", csr.message()));
  progress.show("reordering");
  Expected<std::vector<int64_t>> order =
      findOrder(arguments.by, asCsrSource(*csr));
  if (!order)
    return Error(concat(shown, ": ", order.message()));
  json report = {{"file", arguments.input.path}, {"rows", csr->rows},
                 {"columns", csr->cols},         {"nonzeros", csr->nnz},
                 {"by", arguments.by},           {"symmetric", symmetric}};
  report["before"] = toJSON(computeOrderStatistics(asCsrSource(*csr)));
  *csr = {};
  Expected<CooMatrix> reordered = permute(
      file->matrix, *order, symmetric ? *order : std::vector<int64_t>());
  if (!reordered)
    return Error(concat(shown, ": ", reordered.message()));
  csr = compress(*reordered);
  if (!csr)
    return Error(concat(shown, ": ", csr.message()));
  report["after"] = toJSON(computeOrderStatistics(asCsrSource(*csr)));
  *csr = {};
  if (writes) {
    toWrite.matrix = carries ? &file->matrix : &*reordered;
    toWrite.field = file->field;
    toWrite.rowPermutation = *order;
    Expected<std::string> written = writeOutput(output, toWrite, progress);
    if (!written)
      return Error(concat(shown, ": ", written.message()));
    report["output"] = output.path;
    report["written"] = *written;
    report["carries_order"] = carries;
  }
  if (!arguments.permutation.empty()) {
    if (Status status = writeIndices(arguments.permutation, *order); !status)
      return status.takeError();
    report["permutation"] = arguments.permutation;
  }
  return report;
}

void pack::addReorder(CLI::App &app, int &status) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "reorder", "Brings rows together, and says what that changes");
  command->footer(
      "A format that stores an order of rows (shuffled_block, condensed_tiles "
      "with permuted=true) keeps the matrix "
      "as it is and carries the order: results come in the order of FILE. "
      "Anything else is written reordered; --permutation says from where each "
      "row came.");
  addInputOptions(*command, arguments->input);
  command
      ->add_option("--by", arguments->by,
                   "row-length (longest first), rcm (reverse Cuthill-McKee) or "
                   "similarity (rows with common columns)")
      ->check(CLI::IsMember({"row-length", "rcm", "similarity"}))
      ->required();
  command->add_option("OUTPUT,-o,--output", arguments->output.path,
                      "The file to write, as for convert; - is standard "
                      "output");
  addOutputOptions(*command, arguments->output, "csr");
  CLI::Option *symmetric =
      command->add_flag("--symmetric", arguments->symmetric,
                        "Reorder columns like rows (rcm does)");
  command
      ->add_flag("--rows-only", arguments->rowsOnly,
                 "Leave columns where they are")
      ->excludes(symmetric);
  command
      ->add_option("--permutation", arguments->permutation,
                   "Also write the order as .npy: for each new row the old one")
      ->type_name("FILE.npy");
  command->add_flag("--report-only", arguments->reportOnly, "Write no matrix");
  command->add_flag("--json", arguments->json, "Report in JSON");
  command->callback([arguments, &status] {
    Expected<json> report = run(*arguments);
    if (!report) {
      status = fail(report.message());
      return;
    }
    std::ostream &out = arguments->output.path == "-" ? std::cerr : std::cout;
    if (arguments->json)
      out << report->dump(2) << "\n";
    else
      print(out, *report);
    if (!out.flush())
      status = fail("cannot write to standard output");
  });
}
