//===- sparse-pack.cpp - Matrices in files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include <new>

using namespace sparsegpu;

int main(int argc, char **argv) {
  int status = 0;
  CLI::App app(
      "Looks at sparse matrices in files, converts, makes, prunes, reorders "
      "and draws them.\n"
      "Reads Matrix Market, .smtx, .npz, .npy, safetensors, .tns, edge lists "
      "and containers of packed matrices, compressed with gzip or zstd "
      "or not.");
  app.require_subcommand(1);
  app.footer("sparse-pack COMMAND --help says more of a command.");
  pack::addInfo(app, status);
  pack::addConvert(app, status);
  pack::addGenerate(app, status);
  pack::addCheck(app, status);
  pack::addPrune(app, status);
  pack::addReorder(app, status);
  pack::addPlot(app, status);
  pack::addPredict(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::bad_alloc &) {
    return pack::fail("there is not enough memory");
  }
  return status;
}
