//===- Plot.cpp - sparse-pack plot
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "PlotDrawing.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

namespace {
struct Arguments {
  Input input;
  std::string output, kind = "both";
  PlotOptions plot;
};
} // namespace

/// Where to write: what is asked for, else FILE.svg.
static Expected<std::string> outputPath(const Arguments &arguments) {
  std::string path = arguments.output;
  if (path.empty()) {
    if (arguments.input.path == "-")
      return Error("standard input has no name; give one with -o");
    path = arguments.input.path + ".svg";
  }
  std::string name = lower(path);
  if (path != "-" && !endsWith(name, ".svg") && !endsWith(name, ".png"))
    return Error(concat("the name ", sparsegpu::quoted(path, 400),
                        " ends neither in .svg nor in .png"));
  return path;
}

static std::string fileName(const std::string &path) {
  return path == "-" ? "standard input" : path.substr(path.rfind('/') + 1);
}

static Status run(Arguments &arguments) {
  Expected<std::string> path = outputPath(arguments);
  if (!path)
    return path.takeError();
  Progress progress;
  Expected<MatrixFile> file = readInput(arguments.input, progress);
  if (!file)
    return file.takeError();
  progress.show("sorting the entries");
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 64;
  options.valueType = ElementType::F64;
  Expected<PackedMatrix> packed = packCsr(file->matrix, options);
  if (!packed)
    return Error(
        concat(displayPath(arguments.input.path), ": ", packed.message()));
  progress.show("drawing");
  arguments.plot.spy = arguments.kind != "rows";
  arguments.plot.rows = arguments.kind != "spy";
  if (arguments.plot.title.empty())
    arguments.plot.title = fileName(arguments.input.path);
  Drawing drawing = drawPlots(asCsrSource(*packed), arguments.plot);
  Expected<std::string> content = endsWith(lower(*path), ".png")
                                      ? toPng(drawing)
                                      : Expected<std::string>(toSvg(drawing));
  if (!content)
    return content.takeError();
  return writeFile(*path, *content);
}

void pack::addPlot(CLI::App &app, int &status) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "plot", "Draws where the entries of a matrix are (spy plot) and how long "
              "its rows are (histogram), as SVG or PNG");
  addInputOptions(*command, arguments->input);
  command
      ->add_option("-o,--output", arguments->output,
                   "The picture, .svg or .png; - is standard output, as SVG; "
                   "without it FILE.svg")
      ->type_name("PICTURE");
  command
      ->add_option("--kind", arguments->kind,
                   "spy, rows (the histogram) or both")
      ->check(CLI::IsMember({"spy", "rows", "both"}))
      ->capture_default_str();
  command
      ->add_option("--size", arguments->plot.size,
                   "Pixels of the longer side of the spy plot and of the "
                   "width of the histogram")
      ->check(CLI::Range(100, 4000))
      ->capture_default_str();
  command
      ->add_option("--title", arguments->plot.title,
                   "What stands above; without it the name of the file")
      ->type_name("TEXT");
  command->callback([arguments, &status] {
    if (Status done = run(*arguments); !done)
      status = fail(done.message());
  });
}
