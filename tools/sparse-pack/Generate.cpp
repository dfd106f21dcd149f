//===- Generate.cpp - sparse-pack generate
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/Generators.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Formats/StructureGenerators.h"
#include "SparseGPU/Support/Strings.h"

#include <functional>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

namespace {
struct Arguments {
  std::string output;
  uint64_t seed = 0;
  int64_t rows = 0, cols = 0;
  double density = 0.01, mean = 8;
  int64_t halfWidth = 1;
  int scale = 10;
  int64_t edgeFactor = 16;
  int64_t blockRows = 16, blockCols = 16;
  int64_t n = 2, m = 4;
  int points = 5;
  int64_t x = 0, y = 0, z = 1;
};
using Generator = std::function<Expected<CooMatrix>(const Arguments &)>;
} // namespace

static Status write(const Arguments &arguments, const Generator &generate) {
  std::optional<FileKind> kind = kindOfName(arguments.output);
  if (arguments.output == "-")
    kind = FileKind::MatrixMarket;
  if (!kind || *kind == FileKind::Safetensors)
    return Error(concat("the name ", sparsegpu::quoted(arguments.output, 400),
                        " does not say what to write"));
  Progress progress;
  progress.show("generating");
  Expected<CooMatrix> matrix = generate(arguments);
  if (!matrix)
    return matrix.takeError();
  progress.show("writing " + arguments.output);
  MatrixWriteOptions options;
  if (*kind == FileKind::Smtx)
    options.field = FileField::Pattern;
  if (*kind != FileKind::Container)
    return writeMatrix(arguments.output, *matrix, *kind, options);
  PackOptions packing;
  packing.positionWidth = packing.coordinateWidth = 32;
  Expected<PackedMatrix> packed = packCsr(*matrix, packing);
  if (!packed)
    return packed.takeError();
  return writeContainer(arguments.output, *packed, csrFormat());
}

void pack::addGenerate(CLI::App &app, int &status) {
  auto arguments = std::make_shared<Arguments>();
  Arguments &a = *arguments;
  CLI::App *command = app.add_subcommand(
      "generate", "Makes a matrix: the same on every machine, by its seed");
  command->require_subcommand(1);
  command->footer(
      "The name of the output says what to write, as for convert; - "
      "is Matrix Market on standard output.");
  auto add = [&](const char *name, const char *help, Generator generate) {
    CLI::App *kind = command->add_subcommand(name, help);
    kind->add_option("-o,--output", a.output, "The file to write")->required();
    kind->add_option("--seed", a.seed, "Of places and values")
        ->capture_default_str();
    kind->callback([arguments, generate, &status] {
      if (Status result = write(*arguments, generate); !result)
        status = fail(result.message());
    });
    return kind;
  };
  auto addShape = [&](CLI::App *kind) {
    kind->add_option("ROWS", a.rows, "Rows")->required();
    kind->add_option("COLUMNS", a.cols, "Columns")->required();
  };
  auto addDistribution = [&](const char *name, const char *help,
                             SparseDistribution distribution,
                             double (*parameter)(const Arguments &)) {
    CLI::App *kind =
        add(name, help, [distribution, parameter](const Arguments &a) {
          return generateSparse(
              SparseRecipe{a.rows, a.cols, distribution, parameter(a)}, a.seed);
        });
    addShape(kind);
    return kind;
  };
  addDistribution("uniform", "Places that are all as likely",
                  SparseDistribution::Uniform,
                  [](const Arguments &a) { return a.density; })
      ->add_option("--density", a.density, "Entries over places")
      ->capture_default_str();
  addDistribution("powerlaw", "Rows whose lengths follow Zipf's law",
                  SparseDistribution::PowerLaw,
                  [](const Arguments &a) { return a.mean; })
      ->add_option("--mean", a.mean, "Mean length of a row")
      ->capture_default_str();
  addDistribution(
      "banded", "A full band along the diagonal", SparseDistribution::Banded,
      [](const Arguments &a) { return static_cast<double>(a.halfWidth); })
      ->add_option("--half-width", a.halfWidth,
                   "Entries on each side of the diagonal")
      ->capture_default_str();

  CLI::App *rmat = add(
      "rmat", "A graph by recursion (R-MAT, as in Graph500)",
      [](const Arguments &a) {
        int64_t edges = 0;
        if (a.scale < 0 || a.scale > 40 ||
            __builtin_mul_overflow(int64_t(1) << a.scale, a.edgeFactor, &edges))
          edges = -1;
        return generateRmat(a.scale, edges, a.seed);
      });
  rmat->add_option("SCALE", a.scale, "The graph has 2^SCALE nodes")->required();
  rmat->add_option("--edge-factor", a.edgeFactor,
                   "Edges drawn for each node; repetitions fall away")
      ->capture_default_str();

  CLI::App *block =
      add("block", "Full blocks at random", [](const Arguments &a) {
        return generateBlocks(a.rows, a.cols, a.blockRows, a.blockCols,
                              a.density, a.seed);
      });
  addShape(block);
  block->add_option("--block-rows", a.blockRows, "Rows of a block")
      ->capture_default_str();
  block->add_option("--block-columns", a.blockCols, "Columns of a block")
      ->capture_default_str();
  block->add_option("--density", a.density, "Blocks over places for them")
      ->capture_default_str();

  CLI::App *nm =
      add("nm", "N entries in each M places of a row", [](const Arguments &a) {
        return generateNM(a.rows, a.cols, a.n, a.m, a.seed);
      });
  addShape(nm);
  nm->add_option("-n", a.n, "N")->capture_default_str();
  nm->add_option("-m", a.m, "M")->capture_default_str();

  CLI::App *stencil =
      add("stencil", "The Laplacian on a grid", [](const Arguments &a) {
        return generateStencil(a.points, a.x, a.y, a.z);
      });
  stencil->add_option("X", a.x, "Points along x")->required();
  stencil->add_option("Y", a.y, "Points along y")->required();
  stencil->add_option("Z", a.z, "Points along z")->capture_default_str();
  stencil->add_option("--points", a.points, "5 (two dimensions), 7 or 27")
      ->check(CLI::IsMember({5, 7, 27}))
      ->capture_default_str();
}
