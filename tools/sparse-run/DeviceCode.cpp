//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceCode.h"
#include "HostValue.h"
#include "SparseGPU/Support/FileIO.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"

#include <cstdlib>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

namespace {
/// "sm_90a" is chip 90 with a suffix: its code runs on no other chip.
struct ChipName {
  unsigned number = 0;
  std::string suffix;

  static ChipName parse(StringRef chip) {
    ChipName name;
    chip.consume_front("sm_");
    chip.consumeInteger(10, name.number);
    name.suffix = chip.str();
    return name;
  }
  std::string arch() const { return std::to_string(number) + suffix; }
};

/// CUDA's programs, and a folder for their files.
class CUDATools {
public:
  /// Looks in `folder`, or if it is empty in PATH and where CUDA usually is;
  /// "none" is no folder.
  explicit CUDATools(StringRef folder) {
    if (folder == "none")
      return;
    StringRef usual[] = {"/usr/local/cuda/bin", "/opt/cuda/bin"};
    auto find = [&](StringRef name) -> std::string {
      if (!folder.empty()) {
        auto path = llvm::sys::findProgramByName(name, folder);
        return path ? *path : "";
      }
      if (auto path = llvm::sys::findProgramByName(name))
        return *path;
      if (auto path = llvm::sys::findProgramByName(name, usual))
        return *path;
      return "";
    };
    ptxas = find("ptxas");
    fatbinary = find("fatbinary");
  }
  bool found() const { return !ptxas.empty() && !fatbinary.empty(); }

  /// MLIR links CUDA's mathematical functions from the installation that the
  /// environment names; where it names none, that of the tools.
  void tellLibdevice() const {
    for (const char *name : {"CUDA_ROOT", "CUDA_HOME", "CUDA_PATH"})
      if (std::getenv(name))
        return;
    StringRef root =
        llvm::sys::path::parent_path(llvm::sys::path::parent_path(ptxas));
    if (llvm::sys::fs::exists(root + "/nvvm/libdevice/libdevice.10.bc"))
      setenv("CUDA_HOME", root.str().c_str(), /*overwrite=*/0);
  }

  /// Runs `program`; gives what it writes to standard error, also on failure,
  /// then as an error.
  llvm::Expected<std::string> run(StringRef program, ArrayRef<StringRef> args,
                                  StringRef folder) const {
    SmallString<128> log(folder);
    llvm::sys::path::append(log, "log");
    SmallVector<StringRef> command = {program};
    command.append(args.begin(), args.end());
    std::optional<StringRef> redirects[] = {StringRef(""), log.str(),
                                            log.str()};
    std::string message;
    int status = llvm::sys::ExecuteAndWait(program, command, std::nullopt,
                                           redirects, 0, 0, &message);
    auto buffer = llvm::MemoryBuffer::getFile(log);
    std::string text = buffer ? (*buffer)->getBuffer().str() : "";
    if (status != 0)
      return makeError(program + " failed: " + message +
                       StringRef(text).trim());
    return text;
  }

  std::string ptxas, fatbinary;
};
} // namespace

/// What `ptxas -v` wrote in `log`. Its lines, for each kernel:
///   Compiling entry function 'K' for 'sm_80'
///   Function properties for K
///     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
///   Used 56 registers, used 0 barriers, 2048 bytes smem, 552 bytes cmem[0]
static std::vector<KernelResources> readResources(StringRef log,
                                                  StringRef chip) {
  llvm::Regex entry("Compiling entry function '([^']+)'"),
      frame("([0-9]+) bytes stack frame, ([0-9]+) bytes spill stores, "
            "([0-9]+) bytes spill loads"),
      used("Used ([0-9]+) registers"), shared("([0-9]+) bytes smem");
  SmallVector<StringRef> lines, parts;
  log.split(lines, '\n');
  auto number = [&](unsigned group) {
    int64_t value = 0;
    parts[group].getAsInteger(10, value);
    return value;
  };
  std::vector<KernelResources> resources;
  KernelResources *kernel = nullptr;
  for (StringRef line : lines) {
    if (entry.match(line, &parts)) {
      kernel = &resources.emplace_back();
      kernel->kernel = parts[1].str();
      kernel->chip = chip.str();
    }
    if (!kernel)
      continue;
    if (frame.match(line, &parts)) {
      kernel->stackBytes = number(1);
      kernel->spillStores = number(2);
      kernel->spillLoads = number(3);
    }
    if (used.match(line, &parts))
      kernel->registers = number(1);
    if (shared.match(line, &parts))
      kernel->sharedBytes = number(1);
  }
  return resources;
}

/// The names behind `.entry` (PTX ISA, "Kernel and Function Directives").
static std::vector<std::string> findKernels(StringRef ptx) {
  llvm::Regex entry("\\.entry[ \t\n]+([A-Za-z0-9_$.]+)");
  std::vector<std::string> kernels;
  SmallVector<StringRef> parts;
  for (StringRef rest = ptx; entry.match(rest, &parts);
       rest = rest.drop_front(parts[0].end() - rest.begin()))
    kernels.push_back(parts[1].str());
  return kernels;
}

/// `ptx` with another bound on the registers of some kernels. With one, ptxas
/// takes what a kernel needs up to it; -maxrregcount alone has no such effect.
static std::string
boundRegisters(StringRef ptx, const std::map<std::string, unsigned> &bounds) {
  std::string text;
  StringRef rest = ptx;
  for (const std::string &kernel : findKernels(ptx)) {
    // Directives are between the parameters and the body.
    size_t body = rest.find("\n{", rest.find(".entry"));
    auto bound = bounds.find(kernel);
    if (body == StringRef::npos)
      break;
    std::string head = rest.take_front(body).str();
    if (bound != bounds.end()) {
      // In the place of that of a schedule.
      std::string given =
          llvm::Regex("[ \t\n]*\\.maxnreg +[0-9]+").sub("", head);
      head = given + "\n.maxnreg " + std::to_string(bound->second);
    }
    text += head;
    rest = rest.drop_front(body);
  }
  return text + rest.str();
}

/// Machine code of `ptx` for `chip` in `cubin`. Left to itself, ptxas aims at
/// as many threads as a multiprocessor holds and may spill for that (32
/// registers on sm_80); kernels that do are given more registers, until nothing
/// spills or there are no more.
static llvm::Expected<std::vector<KernelResources>>
runPtxas(const CUDATools &tools, StringRef ptx, StringRef chip, StringRef cubin,
         StringRef folder) {
  std::string arch = ("-arch=" + chip).str(), file = (cubin + ".ptx").str();
  std::map<std::string, unsigned> bounds;
  std::vector<KernelResources> last;
  for (unsigned registers : {0, 48, 64, 96, 128, 168, 255}) {
    for (const KernelResources &kernel : last)
      if (kernel.spills() && int64_t(registers) > kernel.registers)
        bounds[kernel.kernel] = registers;
    if (Status status = writeFile(file, boundRegisters(ptx, bounds)); !status)
      return makeError(status.message());
    auto log =
        tools.run(tools.ptxas, {"-v", arch, "-O3", file, "-o", cubin}, folder);
    if (!log)
      return log.takeError();
    last = readResources(*log, chip);
    if (llvm::none_of(last, [](auto &kernel) { return kernel.spills(); }))
      break;
  }
  return last;
}

/// A copy of `source` after the passes that `build` adds. Remarks were given
/// when the host code was compiled.
static llvm::Expected<OwningOpRef<ModuleOp>>
lower(ModuleOp source, const PipelineOptions &options,
      void (*build)(OpPassManager &, const PipelineOptions &)) {
  OwningOpRef<ModuleOp> module = source.clone();
  ScopedDiagnosticHandler errorsOnly(
      source.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
      });
  PassManager pm(source.getContext());
  build(pm, options);
  if (failed(pm.run(*module)))
    return makeError("the program could not be compiled for " +
                     Twine(options.chip.getValue()));
  return module;
}

/// Level 0 or 1 to 3.
static void buildToGPU(OpPassManager &pm, const PipelineOptions &options) {
  buildLinalgToSparseGPU(pm, options);
  buildSparseGPUToTiles(pm, options);
  buildTilesToGPU(pm, options);
}

/// The PTX of each module of `kernels`, at level 3, by the symbol of its
/// gpu.binary.
static llvm::Expected<std::map<std::string, std::string>>
lowerToPTX(ModuleOp kernels, PipelineOptions &options, StringRef chip) {
  options.chip = chip.str();
  options.format = "isa";
  auto lowered = lower(kernels, options, buildGPUToNVVM);
  if (!lowered)
    return lowered.takeError();
  OwningOpRef<ModuleOp> &module = *lowered;
  std::map<std::string, std::string> modules;
  module->walk([&](gpu::BinaryOp binary) {
    auto object = cast<gpu::ObjectAttr>(binary.getObjects()[0]);
    StringRef text = object.getObject().getValue();
    modules[binary.getSymName().str()] =
        text.take_until([](char c) { return c == 0; }).str();
  });
  return modules;
}

/// The module's fat binary, from its PTX for each chip.
static llvm::Expected<std::string>
assemble(const CUDATools &tools, const std::vector<std::string> &ptx,
         const std::vector<std::string> &chips, size_t oldest, size_t newest,
         DeviceCode &code) {
  SmallString<128> folder;
  if (std::error_code error =
          llvm::sys::fs::createUniqueDirectory("sparse-run", folder))
    return makeError("cannot create a temporary folder: " + error.message());
  llvm::scope_exit remove([&] { llvm::sys::fs::remove_directories(folder); });
  auto path = [&](const Twine &name) { return (folder + "/" + name).str(); };
  // Not compressed: drivers before CUDA 12.4 do not know the compression.
  std::vector<std::string> arguments = {"--create=" + path("fatbin"), "-64",
                                        "--compress=false"};
  for (size_t i = 0; i < chips.size(); ++i) {
    std::string text = path(chips[i] + ".ptx"), cubin = path(chips[i] + ".o");
    if (Status status = writeFile(text, ptx[i]); !status)
      return makeError(status.message());
    auto resources = runPtxas(tools, ptx[i], chips[i], cubin, folder);
    std::string sm = ",sm=" + ChipName::parse(chips[i]).arch() + ",file=";
    // CUDA 13 assembles nothing older than sm_75.
    bool isKnown = true;
    if (!resources) {
      std::string message = llvm::toString(resources.takeError());
      isKnown = message.find("is not defined for option") == std::string::npos;
      if (isKnown)
        return makeError(message);
    } else {
      code.resources.insert(code.resources.end(), resources->begin(),
                            resources->end());
      arguments.push_back("--image3=kind=elf" + sm + cubin);
      if (!llvm::is_contained(code.chips, chips[i]))
        code.chips.push_back(chips[i]);
    }
    if (!isKnown || i == oldest || i == newest)
      arguments.push_back("--image3=kind=ptx" + sm + text);
  }
  SmallVector<StringRef> references(arguments.begin(), arguments.end());
  auto log = tools.run(tools.fatbinary, references, folder);
  if (!log)
    return log.takeError();
  auto buffer = llvm::MemoryBuffer::getFile(path("fatbin"));
  if (!buffer)
    return makeError(tools.fatbinary + " wrote no fat binary");
  return (*buffer)->getBuffer().str();
}

llvm::Expected<DeviceCode>
run::compileForCUDA(ModuleOp source, const PipelineOptions &options,
                    const std::vector<std::string> &chips,
                    StringRef toolsFolder) {
  DeviceCode code;
  CUDATools tools(toolsFolder);
  tools.tellLibdevice();
  // Module, then chip.
  std::map<std::string, std::vector<std::string>> ptx;
  PipelineOptions chipOptions;
  chipOptions.features = options.features;
  chipOptions.operands = options.operands;
  chipOptions.requireGPU = options.requireGPU;
  chipOptions.schedule = options.schedule;
  chipOptions.stageEpilogue = options.stageEpilogue;
  chipOptions.persistentBlocks = options.persistentBlocks;
  chipOptions.asynchronousCopies = options.asynchronousCopies;
  chipOptions.swizzle = options.swizzle;
  chipOptions.enableRuntimeLibrary = options.enableRuntimeLibrary;
  // Launches are the same for all chips, so kernels are as well.
  chipOptions.chip = options.chip;
  auto kernels = lower(source, chipOptions, buildToGPU);
  if (!kernels)
    return kernels.takeError();
  for (const std::string &chip : chips) {
    auto modules = lowerToPTX(**kernels, chipOptions, chip);
    if (!modules)
      return modules.takeError();
    for (auto &[name, text] : *modules)
      ptx[name].push_back(std::move(text));
  }
  size_t none = chips.size(), oldest = none, newest = none;
  for (size_t i = 0; i < chips.size(); ++i) {
    ChipName chip = ChipName::parse(chips[i]);
    if (!chip.suffix.empty())
      continue;
    auto numberOf = [&](size_t at) {
      return ChipName::parse(chips[at]).number;
    };
    if (oldest == none || chip.number < numberOf(oldest))
      oldest = i;
    if (newest == none || chip.number > numberOf(newest))
      newest = i;
  }
  if (!tools.found() && oldest == none)
    return makeError("machine code for " + llvm::join(chips, ", ") +
                     " needs ptxas and fatbinary of CUDA, which are not found");
  for (auto &[name, texts] : ptx) {
    DeviceModule &module = code.modules.emplace_back();
    module.name = name;
    module.ptx = texts[oldest == none ? 0 : oldest];
    module.kernels = findKernels(module.ptx);
    if (!tools.found()) {
      module.image = module.ptx + '\0';
      continue;
    }
    auto image = assemble(tools, texts, chips, oldest, newest, code);
    if (!image)
      return image.takeError();
    module.image = std::move(*image);
    module.isFatBinary = true;
  }
  return code;
}
