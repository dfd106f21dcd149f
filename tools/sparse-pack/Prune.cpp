//===- Prune.cpp - sparse-pack prune
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Output.h"

#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Formats/Pruning.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
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
  std::string pattern, block = "16x16", permutation;
  PruningPattern numbers;
  bool json = false, reportOnly = false, seededMagnitudes = false;
  CLI::Option *outputOption = nullptr;
  /// The options that only some patterns take.
  CLI::Option *sparsity = nullptr, *v = nullptr, *n = nullptr, *m = nullptr,
              *blockOption = nullptr;
};
} // namespace

/// "16x32".
static Status parseBlock(const std::string &text, PruningPattern &pattern) {
  std::vector<std::string_view> parts = split(text, 'x');
  std::optional<int64_t> rows, cols;
  if (parts.size() == 2) {
    rows = parseInteger(parts[0]);
    cols = parseInteger(parts[1]);
  }
  if (!rows || !cols)
    return Error(
        concat("--block takes ROWSxCOLUMNS, got ", sparsegpu::quoted(text)));
  pattern.blockRows = *rows;
  pattern.blockCols = *cols;
  return Status::success();
}

/// The pattern that the options describe. An option that has no meaning for it
/// is an error.
static Expected<PruningPattern> parsePattern(const Arguments &arguments) {
  PruningPattern pattern = arguments.numbers;
  pattern.kind = *parsePruningKind(arguments.pattern);
  bool isNM = pattern.kind == PruningKind::NM;
  bool isVNM = pattern.kind == PruningKind::VNM;
  bool isBlock = pattern.kind == PruningKind::Block;
  bool hasV = isVNM || pattern.kind == PruningKind::VectorWise ||
              pattern.kind == PruningKind::ShuffledBlock;
  struct {
    const CLI::Option *option;
    bool taken;
  } const options[] = {{arguments.sparsity, !isNM && !isVNM},
                       {arguments.v, hasV},
                       {arguments.n, isNM || isVNM},
                       {arguments.m, isNM || isVNM},
                       {arguments.blockOption, isBlock}};
  for (const auto &[option, taken] : options)
    if (!taken && option->count())
      return Error(concat("the pattern ", arguments.pattern, " takes no ",
                          option->get_name()));
  if (!isNM && !isVNM && !arguments.sparsity->count())
    return Error(
        concat("the pattern ", arguments.pattern, " needs --sparsity"));
  if (isVNM && !arguments.m->count())
    pattern.m = 8;
  if (Status status = parseBlock(arguments.block, pattern); !status)
    return status.takeError();
  return pattern;
}

static json toJSON(const Arguments &arguments, const PruningPattern &pattern,
                   const PrunedWeights &pruned) {
  int64_t rows = pruned.matrix.rows, cols = pruned.matrix.cols;
  auto places = static_cast<double>(rows) * static_cast<double>(cols);
  json result = {{"file", arguments.input.path},
                 {"rows", rows},
                 {"columns", cols},
                 {"pattern", name(pattern.kind)},
                 {"kept", pruned.kept()},
                 {"sparsity", places > 0 ? 1 - pruned.kept() / places : 0},
                 {"retained", pruned.retained},
                 {"retained_unstructured", pruned.retainedUnstructured}};
  const Format &format = formatOf(pattern);
  json parameters = json::object();
  std::vector<ParameterSpec> specs = format.parameters();
  std::vector<int64_t> values = parametersOf(pattern);
  for (size_t i = 0; i < specs.size(); ++i)
    parameters[std::string(specs[i].name)] = values[i];
  result["parameters"] = parameters;
  return result;
}

static void print(std::ostream &out, const json &report) {
  int64_t rows = report["rows"], cols = report["columns"];
  double retained = report["retained"],
         unstructured = report["retained_unstructured"];
  out.precision(4);
  out << report["file"].get<std::string>() << ": " << rows << " x " << cols
      << " weights pruned, " << report["pattern"].get<std::string>();
  for (const auto &[key, value] : report["parameters"].items())
    out << " " << key << "=" << value;
  out << "\nkept            " << report["kept"] << " of " << rows * cols
      << " elements (sparsity " << 100 * report["sparsity"].get<double>()
      << " %)\nretained        " << retained << " of the sum of magnitudes, "
      << (unstructured > 0 ? retained / unstructured : 1)
      << " of what the largest elements would, as many of them\n";
  if (report.contains("output"))
    out << "wrote           " << report["output"].get<std::string>() << ": "
        << report["written"].get<std::string>() << "\n";
  if (report.contains("permutation"))
    out << "wrote           " << report["permutation"].get<std::string>()
        << ": the order of the rows\n";
}

/// Reads, prunes, writes; gives the report.
static Expected<json> run(Arguments &arguments) {
  Progress progress;
  Expected<PruningPattern> pattern = parsePattern(arguments);
  if (!pattern)
    return pattern.takeError();
  Output &output = arguments.output;
  bool writes = !arguments.reportOnly;
  if (writes && output.path.empty()) {
    if (arguments.input.path == "-")
      return Error("weights from standard input need -o");
    output.path = withSuffix(arguments.input.path, ".pruned.sgpk");
  }
  if (writes && output.path == "-" && arguments.json)
    return Error("--json and -o - both want standard output");
  if (!arguments.permutation.empty() &&
      pattern->kind != PruningKind::ShuffledBlock)
    return Error(concat("the pattern ", arguments.pattern,
                        " has no permutation to write"));
  OutputMatrix toWrite;
  toWrite.format = {&formatOf(*pattern), parametersOf(*pattern)};
  toWrite.isExact = true;
  if (writes)
    if (Status status = checkOutput(output, toWrite.format); !status)
      return status.takeError();

  std::string shown = displayPath(arguments.input.path);
  Expected<MatrixFile> file = readInput(arguments.input, progress);
  if (!file)
    return file.takeError();
  progress.show("pruning");
  Expected<DenseWeights> weights =
      arguments.seededMagnitudes
          ? weightsForPattern(file->matrix, arguments.input.options.seed)
          : denseWeights(file->matrix);
  if (!weights)
    return Error(concat(shown, ": ", weights.message()));
  file->matrix = {};
  Expected<PrunedWeights> pruned = prune(*weights, *pattern);
  if (!pruned)
    return pruned.takeError();
  json report = toJSON(arguments, *pattern, *pruned);
  if (writes) {
    toWrite.matrix = &pruned->matrix;
    toWrite.rowPermutation = pruned->rowPermutation;
    Expected<std::string> written = writeOutput(output, toWrite, progress);
    if (!written)
      return Error(concat(shown, ": ", written.message()));
    report["output"] = output.path;
    report["written"] = *written;
  }
  if (!arguments.permutation.empty()) {
    Status status = writeIndices(arguments.permutation, pruned->rowPermutation);
    if (!status)
      return status.takeError();
    report["permutation"] = arguments.permutation;
  }
  return report;
}

void pack::addPrune(CLI::App &app, int &status) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "prune", "Keeps the weights with the largest magnitudes, as a pattern "
               "allows, and says how much they retain");
  Input &input = arguments->input;
  PruningPattern &numbers = arguments->numbers;
  addInputOptions(*command, input);
  std::vector<std::string> patterns;
  for (PruningKind kind :
       {PruningKind::Unstructured, PruningKind::NM, PruningKind::VectorWise,
        PruningKind::ShuffledBlock, PruningKind::Block, PruningKind::VNM})
    patterns.emplace_back(name(kind));
  command->add_option("--pattern", arguments->pattern, "Where weights may stay")
      ->check(CLI::IsMember(patterns))
      ->required();
  arguments->sparsity =
      command
          ->add_option("--sparsity", numbers.sparsity,
                       "The part of the elements that goes, from 0 to below 1")
          ->type_name("FRACTION");
  arguments->v = command
                     ->add_option("--v", numbers.v,
                                  "Rows of a vector, or of a block of vnm")
                     ->capture_default_str();
  arguments->n =
      command
          ->add_option("--n", numbers.n, "Elements that stay of M neighbours")
          ->capture_default_str();
  arguments->m =
      command->add_option("--m", numbers.m, "M; for vnm 8 unless it is given")
          ->capture_default_str();
  arguments->blockOption =
      command->add_option("--block", arguments->block, "The size of a block")
          ->type_name("ROWSxCOLUMNS")
          ->capture_default_str();
  command->add_flag("--seeded-magnitudes", arguments->seededMagnitudes,
                    "The values of FILE do not matter: weights are drawn from "
                    "a normal distribution by --seed, the largest where FILE "
                    "has entries");
  command->add_option("OUTPUT,-o,--output", arguments->output.path,
                      "The file to write, as for convert (default: FILE with "
                      ".pruned.sgpk for its ending); - is standard output");
  addOutputOptions(*command, arguments->output, "that of the pattern");
  command
      ->add_option(
          "--permutation", arguments->permutation,
          "Also write the order of the rows of shuffled-block, as .npy")
      ->type_name("FILE.npy");
  command->add_flag("--report-only", arguments->reportOnly, "Write no matrix");
  command->add_flag("--json", arguments->json, "Report in JSON");
  command->callback([arguments, &status] {
    Expected<json> report = run(*arguments);
    if (!report) {
      status = fail(report.message());
      return;
    }
    // The matrix goes before what is said of it.
    std::ostream &out = arguments->output.path == "-" ? std::cerr : std::cout;
    if (arguments->json)
      out << report->dump(2) << "\n";
    else
      print(out, *report);
    if (!out.flush())
      status = fail("cannot write to standard output");
  });
}
