//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse-run: compiles and executes an MLIR file on real matrices.
//
//===----------------------------------------------------------------------===//

#include "BundleWriter.h"
#include "CommandLine.h"
#include "CounterReport.h"
#include "DeviceCode.h"
#include "DeviceLibrary.h"
#include "Execution.h"
#include "Inputs.h"
#include "Options.h"
#include "Program.h"
#include "Reference.h"
#include "Report.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"

#include <chrono>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

static int fail(const Twine &message) {
  llvm::WithColor::error(llvm::errs(), "sparse-run") << message << '\n';
  return 2;
}

static int fail(llvm::Error error) {
  return fail(llvm::toString(std::move(error)));
}

/// Writes `array` as a Matrix Market array file (column-major text).
static llvm::Error writeArray(StringRef path, const DenseArray &array) {
  std::error_code code;
  llvm::raw_fd_ostream out(path, code);
  if (code)
    return makeError("cannot write " + path + ": " + code.message());
  std::vector<double> values = array.toDouble();
  int64_t rows = array.shape.empty() ? 1 : array.shape[0];
  int64_t columns = array.shape.size() == 2 ? array.shape[1] : 1;
  out << "%%MatrixMarket matrix array real general\n"
      << rows << ' ' << columns << '\n';
  for (int64_t column = 0; column < columns; ++column)
    for (int64_t row = 0; row < rows; ++row)
      out << llvm::format("%.17g\n", values[row * columns + column]);
  out.flush();
  if (out.has_error()) {
    code = out.error();
    out.clear_error();
    return makeError("cannot write " + path + ": " + code.message());
  }
  return llvm::Error::success();
}

/// Splits NAME=FILE of --output into (result, file).
static llvm::Expected<std::pair<unsigned, std::string>>
parseOutput(StringRef text, func::FuncOp entry) {
  auto [name, file] = text.split('=');
  if (name.empty() || file.empty())
    return makeError("--output needs NAME=FILE, got '" + text + "'");
  std::string names;
  for (unsigned i = 0; i < entry.getNumResults(); ++i) {
    std::string result = getResultName(entry, i);
    if (result == name || std::to_string(i) == name)
      return std::pair(i, file.str());
    names += (names.empty() ? "" : ", ") + result;
  }
  return makeError("--output " + text + ": there is no result '" + name +
                   "'; the results are: " + names);
}

/// Says on a terminal what is being done, and wipes it when it is done.
class Stage {
public:
  explicit Stage(StringRef what) {
    if (shown)
      llvm::errs() << "sparse-run: " << what << " ...";
  }
  ~Stage() {
    if (shown)
      llvm::errs() << "\r\x1b[K";
  }

private:
  bool shown = llvm::sys::Process::StandardErrIsDisplayed();
};

static double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

/// Registers by kernel, as ptxas says for the chip; empty without CUDA's tools,
/// or for a chip that they do not know.
static KernelRegisters findRegisters(Program &program, const Options &options) {
  PipelineOptions pipeline;
  pipeline.chip = options.chip;
  pipeline.schedule = options.schedule;
  (void)pipeline.parseFromString(options.pipeline);
  pipeline.enableRuntimeLibrary = false;
  KernelRegisters registers;
  // What is wrong with the program is said when it is compiled to be run.
  ScopedDiagnosticHandler quiet(program.module->getContext(),
                                [](Diagnostic &) { return success(); });
  auto code = compileForCUDA(*program.module, pipeline, {options.chip},
                             options.cudaTools);
  if (!code) {
    llvm::consumeError(code.takeError());
    return registers;
  }
  for (const KernelResources &kernel : code->resources)
    registers[kernel.kernel] = kernel.registers;
  return registers;
}

static int runProgram(Options options) {
  DialectRegistry registry;
  if (llvm::Error error = registerAll(registry, options))
    return fail(std::move(error));
  MLIRContext context(registry);
  // A message has its place in the file; the whole module is no help.
  context.printOpOnDiagnostic(false);
  llvm::Expected<Program> program = loadProgram(context, options);
  if (!program)
    return fail(program.takeError());
  SmallVector<std::pair<unsigned, std::string>> outputs;
  SmallVector<std::string> resultNames;
  for (unsigned i = 0; i < program->entry.getNumResults(); ++i)
    resultNames.push_back(getResultName(program->entry, i));
  for (StringRef text : options.outputs) {
    auto output = parseOutput(text, program->entry);
    if (!output)
      return fail(output.takeError());
    if (llvm::any_of(outputs,
                     [&](auto &other) { return other.first == output->first; }))
      return fail("--output " + text + ": this result is given twice");
    if (output->second == "-" && options.json == "-")
      return fail("--output " + text +
                  ": standard output is taken by --json -");
    outputs.push_back(*output);
  }
  bool emits = !options.bundle.empty();
  DeviceLibrary device;
  if (!emits) {
    llvm::Expected<DeviceLibrary> loaded = DeviceLibrary::load(options);
    if (!loaded)
      return fail(loaded.takeError());
    device = std::move(*loaded);
    if (options.chip.empty())
      options.chip = device.chip;
  }
  auto arguments = [&] {
    Stage stage("reading the inputs");
    return bindInputs(program->entry, options);
  }();
  if (!arguments)
    return fail(arguments.takeError());

  RunRecord record;
  record.device = device;
  record.entry = program->entry.getSymName().str();
  SmallVector<Type> resultTypes(program->entry.getResultTypes());
  // The reference reads the program before it is lowered.
  std::vector<ReferenceArray> references;
  std::string noReference;
  if (options.check || (emits && options.bundleElements > 0)) {
    Stage stage("computing the reference");
    auto evaluated = evaluateReference(program->entry, *arguments);
    if (evaluated)
      references = std::move(*evaluated);
    else
      noReference = llvm::toString(evaluated.takeError());
  }
  if (emits) {
    Stage stage("compiling for the bundle");
    if (llvm::Error error =
            emitBundle(*program, *arguments, references, noReference, options))
      return fail(std::move(error));
    return 0;
  }
  KernelRegisters registers;
  const costmodel::TargetDescription *target = nullptr;
  if (options.counters) {
    Stage stage("asking ptxas for registers");
    target = options.target.empty() ? &costmodel::representativeOf(options.chip)
                                    : costmodel::findTarget(options.target);
    registers = findRegisters(*program, options);
  }
  auto start = std::chrono::steady_clock::now();
  if (llvm::Error error = compileProgram(*program, options, device.format))
    return fail(std::move(error));
  // Said only of a program that compiles: the compiler's errors have a place.
  if (!noReference.empty())
    return fail("--check: " + noReference);
  auto execution = Execution::create(*program->module, record.entry, device,
                                     options.libraryDir);
  if (!execution)
    return fail(execution.takeError());
  record.compileSeconds = secondsSince(start);

  uint64_t mark = device.isEmulator ? device.mark() : 0;
  std::vector<DenseArray> results;
  for (unsigned i = 0; i < options.repeat; ++i) {
    Stage stage("running");
    auto outcome = (*execution)->call(*arguments, resultTypes);
    if (!outcome)
      return fail(outcome.takeError());
    record.callSeconds.push_back(outcome->seconds);
    results = std::move(outcome->results);
  }
  if (options.counters) {
    auto counters = device.counters(mark);
    if (!counters)
      return fail(counters.takeError());
    addEstimates(*counters->getAsArray(), *target, registers);
    record.counters = std::move(*counters);
  }
  if (options.seeds > 1) {
    Stage stage("running under other seeds");
    auto seeds = runSeeds(**execution, device, options, *arguments, resultTypes,
                          resultNames, results, references);
    if (!seeds)
      return fail(seeds.takeError());
    record.seeds = std::move(*seeds);
  }
  if (options.hazards) {
    auto hazards = device.hazards(mark);
    if (!hazards)
      return fail(hazards.takeError());
    record.hazards = std::move(*hazards);
  }
  for (size_t i = 0; i < references.size(); ++i)
    record.checks.emplace_back(resultNames[i],
                               compare(references[i], results[i]));
  for (auto &[index, path] : outputs)
    if (llvm::Error error = writeArray(path, results[index]))
      return fail(std::move(error));

  llvm::json::Object report = toJSON(record, options, *arguments);
  bool quiet = options.json == "-" ||
               llvm::any_of(outputs, [](auto &o) { return o.second == "-"; });
  if (!quiet)
    printReport(llvm::outs(), report);
  if (!options.json.empty()) {
    std::error_code code;
    llvm::raw_fd_ostream out(options.json, code);
    if (code)
      return fail("cannot write " + options.json + ": " + code.message());
    out << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(report)));
    out.flush();
    if (out.has_error()) {
      code = out.error();
      out.clear_error();
      return fail("cannot write " + options.json + ": " + code.message());
    }
  }
  return record.passed() ? 0 : 1;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::Expected<Options> options = parseCommandLine(argc, argv);
  if (!options)
    return fail(options.takeError());
  return runProgram(std::move(*options));
}
