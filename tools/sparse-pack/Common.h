//===- Common.h - What the commands of sparse-pack share
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSEPACK_COMMON_H
#define SPARSEGPU_TOOLS_SPARSEPACK_COMMON_H

#include "SparseGPU/Formats/Format.h"
#include "SparseGPU/Formats/MatrixFile.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sparsegpu::pack {

/// Says on a terminal what is being done, in one line that is overwritten; says
/// nothing elsewhere.
class Progress {
public:
  Progress();
  ~Progress() { clear(); }
  void show(const std::string &what);
  void clear();

private:
  bool isTerminal;
  bool shown = false;
};

/// The options of reading, for a command that reads a matrix.
struct Input {
  std::string path;
  formats::ReadOptions options;
  std::string values = "ones", complex = "refuse", readAs;
};
void addInputOptions(CLI::App &command, Input &input);

/// Reads the matrix that the options name.
Expected<formats::MatrixFile> readInput(Input &input, Progress &progress);

/// The kind of file that "mtx", "smtx", "npz", "npy", "safetensors", "edges",
/// "tns" or "container" means; nothing for others.
std::optional<formats::FileKind> kindByShortName(std::string_view name);
std::vector<std::string> kindShortNames();

/// A format with its parameters: "bsr:rows=8,columns=8".
struct FormatChoice {
  const formats::Format *format = nullptr;
  std::vector<int64_t> parameters;
};
Expected<FormatChoice> parseFormat(const std::string &text);

/// "csr, bsr".
std::string formatNames();

/// A format with its parameters as parseFormat takes them:
/// "bsr:rows=4,columns=4".
std::string spell(const formats::Format &format,
                  const std::vector<int64_t> &parameters);

/// The default parameters of a format.
std::vector<int64_t> defaultParameters(const formats::Format &format);

/// Prints "sparse-pack: error: message"; gives the status to exit with, 1.
int fail(const std::string &message);

/// The commands; they give the status to exit with.
void addInfo(CLI::App &app, int &status);
void addConvert(CLI::App &app, int &status);
void addGenerate(CLI::App &app, int &status);
void addCheck(CLI::App &app, int &status);
void addPrune(CLI::App &app, int &status);
void addReorder(CLI::App &app, int &status);
void addPlot(CLI::App &app, int &status);
void addPredict(CLI::App &app, int &status);

} // namespace sparsegpu::pack

#endif // SPARSEGPU_TOOLS_SPARSEPACK_COMMON_H
