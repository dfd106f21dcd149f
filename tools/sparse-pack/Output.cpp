//===- Output.cpp - What the commands of sparse-pack write
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
#include "SparseGPU/Support/Compression.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

void pack::addKindOption(CLI::App &command, std::string &kind) {
  std::vector<std::string> kinds = kindShortNames();
  // Which are not written.
  kinds.erase(std::find(kinds.begin(), kinds.end(), "safetensors"));
  command.add_option("--kind", kind, "What to write, whatever the name says")
      ->check(CLI::IsMember(kinds));
}

Expected<FileKind> pack::outputKind(const std::string &path,
                                    const std::string &kind,
                                    const std::string &format) {
  if (!format.empty())
    return FileKind::Container;
  if (std::optional<FileKind> asked = kindByShortName(kind))
    return *asked;
  std::optional<FileKind> named = kindOfName(path);
  if (!named || *named == FileKind::Safetensors)
    return Error(concat("the name ", sparsegpu::quoted(path, 400),
                        " does not say what to write; give --kind, or --to for "
                        "a container"));
  return *named;
}

void pack::addOutputOptions(CLI::App &command, Output &output,
                            const std::string &defaultFormat) {
  addKindOption(command, output.kind);
  command
      .add_option("--to", output.format,
                  "Write a container with the matrix packed in this format "
                  "(default: " +
                      defaultFormat + "): " + formatNames())
      ->type_name("FORMAT[:NAME=NUMBER,...]");
  command
      .add_option("--value-type", output.valueType,
                  "Round values to this type (default: f32 packed, else f64)")
      ->check([](const std::string &text) {
        return parseElementType(text) && text != "index"
                   ? ""
                   : "no type of values: " + text;
      });
  command
      .add_option("--index-width", output.indexWidth,
                  "The bits of packed positions and coordinates; 0 is the "
                  "type index")
      ->check(CLI::IsMember({0, 8, 16, 32, 64}))
      ->capture_default_str();
}

/// The format to pack as: what is asked for, or `format`.
static Expected<FormatChoice> chooseFormat(const Output &output,
                                           const FormatChoice &format) {
  if (!output.format.empty())
    return parseFormat(output.format);
  if (Status status = checkParameters(*format.format, format.parameters);
      !status)
    return status.takeError();
  return format;
}

Status pack::checkOutput(const Output &output, const FormatChoice &format) {
  Expected<FileKind> kind = outputKind(output.path, output.kind, output.format);
  if (!kind)
    return kind.takeError();
  if (*kind == FileKind::Container)
    if (Expected<FormatChoice> choice = chooseFormat(output, format); !choice)
      return choice.takeError();
  return Status::success();
}

static Expected<std::string> writePacked(const Output &output,
                                         const OutputMatrix &matrix,
                                         const PackOptions &options,
                                         Progress &progress) {
  Expected<FormatChoice> choice = chooseFormat(output, matrix.format);
  if (!choice)
    return choice.takeError();
  PackOptions packing = options;
  packing.refusePadding = matrix.isExact && output.format.empty();
  if (choice->format->storesRowPermutationFor(choice->parameters))
    packing.rowPermutation = matrix.rowPermutation;
  progress.show(concat("packing as ", choice->format->name()));
  Expected<PackedMatrix> packed = formats::pack(*matrix.matrix, *choice->format,
                                                choice->parameters, packing);
  if (!packed)
    return packed.takeError();
  progress.show("writing " + output.path);
  if (Status status = writeContainer(output.path, *packed, *choice->format);
      !status)
    return status.takeError();
  return concat("container of ", spell(*choice->format, choice->parameters),
                ", values ", name(options.valueType), ", ", packed->byteSize(),
                " bytes of fields");
}

Expected<std::string> pack::writeOutput(const Output &output,
                                        const OutputMatrix &matrix,
                                        Progress &progress) {
  Expected<FileKind> kind = outputKind(output.path, output.kind, output.format);
  if (!kind)
    return kind.takeError();
  PackOptions options;
  options.positionWidth = options.coordinateWidth = output.indexWidth;
  if (!output.valueType.empty())
    options.valueType = *parseElementType(output.valueType);
  if (*kind == FileKind::Container)
    return writePacked(output, matrix, options, progress);

  MatrixWriteOptions write;
  write.field = *kind == FileKind::Smtx              ? FileField::Pattern
                : matrix.field == FileField::Complex ? FileField::Real
                                                     : matrix.field;
  const CooMatrix *entries = matrix.matrix;
  CooMatrix rounded;
  if (!output.valueType.empty()) {
    // Compressed rows round.
    write.valueType = options.valueType;
    options.positionWidth = options.coordinateWidth = 64;
    Expected<PackedMatrix> packed = packCsr(*entries, options);
    if (!packed)
      return packed.takeError();
    Expected<CooMatrix> unpacked = unpackCsr(*packed);
    if (!unpacked)
      return unpacked.takeError();
    rounded = *std::move(unpacked);
    entries = &rounded;
  }
  progress.show("writing " + output.path);
  if (Status status = writeMatrix(output.path, *entries, *kind, write); !status)
    return status.takeError();
  return std::string(name(*kind));
}

std::string pack::withSuffix(const std::string &path,
                             const std::string &suffix) {
  std::string stem(withoutCompression(path));
  size_t slash = stem.rfind('/'), dot = stem.rfind('.');
  size_t nameBegins = slash == std::string::npos ? 0 : slash + 1;
  // A name that begins with a dot has no ending there.
  if (dot != std::string::npos && dot > nameBegins)
    stem.resize(dot);
  return stem + suffix;
}
