//===- Convert.cpp - sparse-pack convert
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Output.h"

#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

namespace {
struct Arguments {
  Input input;
  std::string output, kind, format, valueType, field, duplicates = "sum";
  unsigned indexWidth = 32;
  int64_t outputBase = 0;
  bool dropZeros = false, infinity = false;
  CLI::Option *duplicatesOption = nullptr;
};
} // namespace

static Status writePacked(const Arguments &arguments, const CooMatrix &matrix,
                          PackOptions options, Progress &progress) {
  Expected<FormatChoice> choice =
      parseFormat(arguments.format.empty() ? "csr" : arguments.format);
  if (!choice)
    return choice.takeError();
  progress.show(concat("packing as ", choice->format->name()));
  Expected<PackedMatrix> packed =
      formats::pack(matrix, *choice->format, choice->parameters, options);
  if (!packed)
    return Error(concat(arguments.input.path, ": ", packed.message()));
  progress.show("writing " + arguments.output);
  return writeContainer(arguments.output, *packed, *choice->format);
}

static Status writeEntries(const Arguments &arguments, FileKind kind,
                           MatrixFile &file, PackOptions options,
                           Progress &progress) {
  MatrixWriteOptions write;
  write.field = file.field == FileField::Complex ? FileField::Real : file.field;
  if (!arguments.field.empty())
    write.field = arguments.field == "pattern"   ? FileField::Pattern
                  : arguments.field == "integer" ? FileField::Integer
                                                 : FileField::Real;
  write.edgeBase = arguments.outputBase;
  if (!arguments.valueType.empty())
    write.valueType = options.valueType;
  // Entries go through compressed rows when something is asked of them.
  bool merge = arguments.dropZeros || arguments.duplicatesOption->count();
  bool rounds = !arguments.valueType.empty() &&
                (kind == FileKind::MatrixMarket || kind == FileKind::EdgeList ||
                 kind == FileKind::Frostt);
  if (merge || rounds) {
    progress.show("sorting");
    PackOptions wide = options;
    wide.positionWidth = wide.coordinateWidth = 64;
    if (!rounds)
      wide.valueType = ElementType::F64;
    Expected<PackedMatrix> packed = packCsr(file.matrix, wide);
    if (!packed)
      return Error(concat(arguments.input.path, ": ", packed.message()));
    Expected<CooMatrix> merged = unpackCsr(*packed);
    if (!merged)
      return merged.takeError();
    file.matrix = *std::move(merged);
  }
  progress.show("writing " + arguments.output);
  return writeMatrix(arguments.output, file.matrix, kind, write);
}

static Status convert(Arguments &arguments) {
  Progress progress;
  Expected<FileKind> kind =
      outputKind(arguments.output, arguments.kind, arguments.format);
  if (!kind)
    return kind.takeError();
  if (!arguments.format.empty())
    if (Expected<FormatChoice> choice = parseFormat(arguments.format); !choice)
      return choice.takeError();
  PackOptions options;
  if (!arguments.valueType.empty())
    options.valueType = *parseElementType(arguments.valueType);
  options.positionWidth = options.coordinateWidth = arguments.indexWidth;
  options.dropZeros = arguments.dropZeros;
  options.duplicates =
      arguments.duplicates == "refuse" ? Duplicates::Refuse : Duplicates::Sum;
  options.overflow = arguments.infinity ? Overflow::Infinity : Overflow::Refuse;
  Expected<MatrixFile> file = readInput(arguments.input, progress);
  if (!file)
    return file.takeError();
  if (*kind == FileKind::Container)
    return writePacked(arguments, file->matrix, options, progress);
  return writeEntries(arguments, *kind, *file, options, progress);
}

void pack::addConvert(CLI::App &app, int &status) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "convert", "Writes a matrix as another kind of file, or packed");
  addInputOptions(*command, arguments->input);
  command
      ->add_option(
          "OUTPUT,-o,--output", arguments->output,
          "The file to write; its name says what: .mtx, .smtx, .npz, "
          ".npy, .tns, .el, .edges, .edgelist, .txt, .tsv, .csv, .sgpk, each "
          "with or without .gz or .zst; - is standard output")
      ->required();
  addKindOption(*command, arguments->kind);
  command
      ->add_option("--to", arguments->format,
                   "Write a container with the matrix packed in this format "
                   "(default csr): " +
                       formatNames())
      ->type_name("FORMAT[:NAME=NUMBER,...]");
  command
      ->add_option("--value-type", arguments->valueType,
                   "Round values to this type (default: f32 packed, else "
                   "f64)")
      ->check([](const std::string &text) {
        return parseElementType(text) && text != "index"
                   ? ""
                   : "no type of values: " + text;
      });
  command->add_flag("--overflow-to-infinity", arguments->infinity,
                    "Round values that are too large to infinity instead of "
                    "refusing them");
  command
      ->add_option(
          "--index-width", arguments->indexWidth,
          "The bits of packed positions and coordinates; 0 is the type "
          "index")
      ->check(CLI::IsMember({0, 8, 16, 32, 64}))
      ->capture_default_str();
  command
      ->add_option("--field", arguments->field,
                   "What a text file holds: real, integer or pattern (no "
                   "values); default: as in FILE")
      ->check(CLI::IsMember({"real", "integer", "pattern"}));
  command->add_flag("--drop-zeros", arguments->dropZeros,
                    "Leave out entries that are zero");
  arguments->duplicatesOption =
      command
          ->add_option("--duplicates", arguments->duplicates,
                       "Entries at one place: sum, or refuse. Without it they "
                       "are added up when packed, and kept elsewhere")
          ->check(CLI::IsMember({"sum", "refuse"}));
  command
      ->add_option("--output-edge-base", arguments->outputBase,
                   "The number of the first node in a written edge list")
      ->check(CLI::Range(0, 1))
      ->capture_default_str();
  command->callback([arguments, &status] {
    if (Status result = convert(*arguments); !result)
      status = fail(result.message());
  });
}
