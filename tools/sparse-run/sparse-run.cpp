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
#include "DeviceLibrary.h"
#include "Execution.h"
#include "Inputs.h"
#include "Options.h"
#include "Program.h"
#include "Reference.h"
#include "Report.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"

#include <chrono>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;
namespace cl = llvm::cl;

static cl::OptionCategory category("sparse-run options");

namespace {
/// The command line.
struct CommandLine {
  cl::opt<std::string> file{cl::Positional, cl::Required, cl::cat(category),
                            cl::desc("FILE (- for standard input)")};
  cl::opt<std::string> entry{
      "entry", cl::cat(category), cl::value_desc("function"),
      cl::desc("The function to run; needed if several are public")};
  cl::list<std::string> inputs{
      "input", cl::cat(category), cl::value_desc("NAME=SPEC"),
      cl::desc("Data of an argument, by its sparse_gpu.name or its position. "
               "SPEC: a .mtx or .smtx file, random[:SHAPE[:DIST]], "
               "zeros[:SHAPE], iota[:SHAPE], graph:debian, or a number. SHAPE: "
               "1000x800, with ? for a size that follows from elsewhere. DIST: "
               "a density, powerlaw:MEAN or banded:HALFWIDTH")};
  cl::list<std::string> outputs{
      "output", cl::cat(category), cl::value_desc("NAME=FILE"),
      cl::desc("Writes a result, by its sparse_gpu.name or its position, as "
               "Matrix Market (- for standard output)")};
  cl::opt<std::string> device{
      "device",
      cl::cat(category),
      cl::init("auto"),
      cl::value_desc("device"),
      cl::ZeroOrMore,
      cl::desc("auto, cuda or emulator; auto takes a GPU when there is one, "
               "unless --counters, --hazards or --lockstep is given")};
  cl::opt<std::string> chip{
      "chip", cl::cat(category), cl::value_desc("chip"),
      cl::desc("The GPU to compile for; default: the one that it runs on")};
  cl::opt<std::string> schedule{
      "schedule", cl::cat(category), cl::value_desc("schedule"),
      cl::desc("How to compute, for example \"unit = row, coarsening = 2\"; "
               "chosen if not given")};
  cl::opt<std::string> values{
      "values", cl::cat(category), cl::init("file"), cl::value_desc("source"),
      cl::desc("Values of sparse matrices: file, or random (in [-1, 1), from "
               "the seed)")};
  cl::opt<bool> check{
      "check", cl::cat(category),
      cl::desc("Compare the results with a computation in double precision on "
               "the CPU; exit with 1 if an element is off by more than its "
               "bound")};
  cl::opt<uint64_t> seed{"seed", cl::cat(category), cl::init(0),
                         cl::value_desc("N"),
                         cl::desc("Seed of random data and of the order in "
                                  "which the software GPU runs threads")};
  cl::opt<unsigned> repeat{"repeat", cl::cat(category), cl::init(1),
                           cl::value_desc("N"),
                           cl::desc("Run N times, on the same data")};
  cl::opt<bool> counters{
      "counters", cl::cat(category),
      cl::desc("Report what each launch executed and moved (slower)")};
  cl::opt<bool> hazards{
      "hazards", cl::cat(category),
      cl::desc("Check every access and barrier (slower); exit with 1 if one is "
               "wrong")};
  cl::opt<bool> lockstep{
      "lockstep", cl::cat(category),
      cl::desc("Let the lanes of a warp run together instead of in any order")};
  cl::opt<std::string> json{
      "json", cl::cat(category), cl::value_desc("file"),
      cl::desc("Write the report as JSON; - prints it instead of the table")};
  cl::opt<std::string> bundle{
      "emit-bundle", cl::cat(category), cl::value_desc("directory"),
      cl::desc("Instead of running, write what runs on a machine without a "
               "compiler: program, kernels, data, and a program `run`. Adds a "
               "case to a bundle that is there (docs/Bundles.md)")};
  cl::opt<std::string> bundleCase{
      "bundle-case", cl::cat(category), cl::value_desc("name"),
      cl::desc("The case's name in the bundle; default: the entry's")};
  cl::list<std::string> bundleChips{
      "bundle-chips", cl::cat(category), cl::CommaSeparated,
      cl::value_desc("chip,..."),
      cl::desc(
          "The chips that get machine code; default: "
          "sm_75,sm_80,sm_86,sm_89,sm_90a,sm_100,sm_120. PTX of the oldest "
          "and the newest serves others")};
  cl::opt<std::string> bundleOperands{
      "bundle-operands", cl::cat(category), cl::init("auto"),
      cl::value_desc("where"),
      cl::desc("Where the program takes its operands: device, host (it copies "
               "them), or auto: device if it can")};
  cl::opt<int64_t> bundleElements{
      "bundle-check-elements", cl::cat(category), cl::init(65536),
      cl::value_desc("N"),
      cl::desc("Store at most N elements of each expected result, spread over "
               "it; 0 stores none")};
  cl::opt<std::string> libraries{
      "library-dir", cl::cat(category), cl::value_desc("directory"),
      cl::desc("Where the runtime libraries are; default: ../lib from here")};
};
} // namespace

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

static int runProgram(Options options) {
  DialectRegistry registry;
  registerAll(registry);
  MLIRContext context(registry);
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
  auto start = std::chrono::steady_clock::now();
  if (llvm::Error error = compileProgram(*program, options, device.format))
    return fail(std::move(error));
  // Said only of a program that compiles: the compiler's errors have a place.
  if (!noReference.empty())
    return fail("--check: " + noReference);
  auto execution = Execution::create(*program->module, record.entry, device);
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
    record.counters = std::move(*counters);
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
  CommandLine line;
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter([](llvm::raw_ostream &out) {
    out << "SparseGPU " SPARSEGPU_VERSION ", LLVM " LLVM_VERSION_STRING "\n";
  });
  cl::ParseCommandLineOptions(
      argc, argv,
      "sparse-run: compiles an MLIR file and executes it on real matrices\n\n"
      "Example: sparse-run examples/spmm-csr.mlir --input A=graph.mtx "
      "--input B=random:?x64 --check\n");
  if (line.values != "file" && line.values != "random")
    return fail("--values must be file or random, got '" + line.values + "'");
  if (line.repeat < 1)
    return fail("--repeat must be at least 1");
  // Options of a run and those of --emit-bundle do not mix.
  bool emits = !line.bundle.empty();
  using Group = std::initializer_list<std::reference_wrapper<cl::Option>>;
  Group ofBundles = {line.bundleCase, line.bundleChips, line.bundleOperands,
                     line.bundleElements};
  Group ofRuns = {line.outputs, line.device,   line.chip,
                  line.repeat,  line.check,    line.counters,
                  line.hazards, line.lockstep, line.json};
  for (const cl::Option &option : emits ? ofRuns : ofBundles)
    if (option.getNumOccurrences())
      return fail("--" + option.ArgStr +
                  (emits ? " is of a run; --emit-bundle runs nothing"
                         : " needs --emit-bundle"));
  if (line.bundleOperands != "auto" && line.bundleOperands != "device" &&
      line.bundleOperands != "host")
    return fail("--bundle-operands must be auto, device or host, got '" +
                line.bundleOperands + "'");
  if (line.bundleElements < 0)
    return fail("--bundle-check-elements must not be negative");
  Options options;
  options.bundle = line.bundle;
  options.bundleCase = line.bundleCase;
  options.bundleChips.assign(line.bundleChips.begin(), line.bundleChips.end());
  if (options.bundleChips.empty())
    options.bundleChips = {"sm_75",  "sm_80",  "sm_86", "sm_89",
                           "sm_90a", "sm_100", "sm_120"};
  options.bundleOperands = line.bundleOperands;
  options.bundleElements = line.bundleElements;
  options.file = line.file;
  options.entry = line.entry;
  options.inputs.assign(line.inputs.begin(), line.inputs.end());
  options.outputs.assign(line.outputs.begin(), line.outputs.end());
  options.device = line.device;
  options.chip = line.chip;
  options.schedule = line.schedule;
  options.randomValues = line.values == "random";
  options.check = line.check;
  options.seed = line.seed;
  options.repeat = line.repeat;
  options.counters = line.counters;
  options.hazards = line.hazards;
  options.lockstep = line.lockstep;
  options.json = line.json;
  // bin/sparse-run finds lib/ and utils/ (or share/) beside it.
  std::string self = llvm::sys::fs::getMainExecutable(
      argv[0], reinterpret_cast<void *>(&main));
  StringRef root =
      llvm::sys::path::parent_path(llvm::sys::path::parent_path(self));
  SmallString<128> libraries(root), script(root);
  llvm::sys::path::append(libraries, "lib");
  llvm::sys::path::append(script, "share", "sparsegpu", "debian-graph.py");
  options.libraryDir =
      line.libraries.empty() ? libraries.str().str() : line.libraries;
  options.graphScript = script.str().str();
  SmallString<128> runner(root);
  llvm::sys::path::append(runner, "bin", "sparsegpu-bundle-run");
  options.bundleRunner = runner.str().str();
  return runProgram(std::move(options));
}
