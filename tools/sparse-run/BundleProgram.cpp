//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BundleProgram.h"
#include "BundleFolder.h"
#include "DeviceCode.h"
#include "ProgramLibrary.h"
#include "SparseGPU/Conversion/Chip.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Runtime/Bundle/Manifest.h"
#include "SparseGPU/Runtime/Runtime.h"
#include "SparseGPU/Support/FileIO.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/xxhash.h"

#include <dlfcn.h>
#include <set>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;
namespace json = llvm::json;

std::string run::getProgramId(Program &program, const Options &options) {
  std::string text = SPARSEGPU_VERSION "\n";
  llvm::raw_string_ostream out(text);
  out << program.entry.getSymName() << '\n'
      << options.schedule << '\n'
      << options.bundleOperands << '\n'
      << llvm::join(options.bundleChips, ",") << '\n';
  program.module->print(out);
  return program.entry.getSymName().str() + "-" +
         llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true, 16);
}

/// A copy of the module with the entry's C interface, lowered.
static llvm::Expected<OwningOpRef<ModuleOp>>
lower(Program &program, const PipelineOptions &options) {
  OwningOpRef<ModuleOp> module = program.module->clone();
  PassManager pm(module->getContext());
  buildSparseGPUToNVVM(pm, options);
  if (failed(pm.run(*module)))
    return makeError("the program could not be compiled");
  return module;
}

/// Lowers for operands on the device, or, where that is not possible and was
/// not asked for, on the host. Says in `options` which.
static llvm::Expected<OwningOpRef<ModuleOp>>
lowerForOperands(Program &program, const Options &line,
                 PipelineOptions &options) {
  MLIRContext *context = program.module->getContext();
  options.operands = line.bundleOperands;
  std::string reason;
  // The programs of a bundle have nowhere to take a workspace from.
  auto needsWorkspace = [&](ModuleOp module) {
    return module.lookupSymbol(
        (program.entry.getSymName() + "_workspace_bytes").str());
  };
  if (line.bundleOperands == "auto") {
    options.operands = "device";
    ScopedDiagnosticHandler quiet(context, [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
          reason.empty())
        reason = diagnostic.str();
      return success();
    });
    auto module = lower(program, options);
    if (module && !needsWorkspace(**module))
      return module;
    if (module)
      reason = "it needs a workspace on the device";
    else
      llvm::consumeError(module.takeError());
    options.operands = "host";
  }
  SourceMgrDiagnosticHandler handler(*program.sources, context);
  auto module = lower(program, options);
  if (module && needsWorkspace(**module))
    return makeError("the program needs a workspace on the device, which "
                     "bundles do not pass: use --bundle-operands=host");
  // Of a program that does not compile at all, the errors are enough.
  if (module && !reason.empty())
    llvm::WithColor::note(llvm::errs(), "sparse-run")
        << "the operands of the program stay in host memory, so its times "
           "include copies: "
        << reason << '\n';
  return module;
}

/// Compiles bitcode for the software GPU; returns the path of an object that
/// defines `symbol`.
static llvm::Expected<std::string> precompile(const Options &options,
                                              const std::string &bitcode,
                                              const std::string &symbol,
                                              const std::string &path) {
  std::string library = options.libraryDir + "/libsparsegpu_emulator.so";
  void *handle = dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!handle)
    return makeError(Twine("cannot load ") + library + ": " + dlerror());
  auto compile = reinterpret_cast<int (*)(const void *, size_t, const char *,
                                          char **, size_t *)>(
      dlsym(handle, "sparsegpuEmulatorPrecompile"));
  auto lastError = reinterpret_cast<decltype(&sparsegpuRuntimeLastError)>(
      dlsym(handle, "sparsegpuRuntimeLastError"));
  auto release = reinterpret_cast<decltype(&sparsegpuRuntimeFreeString)>(
      dlsym(handle, "sparsegpuRuntimeFreeString"));
  if (!compile || !lastError || !release)
    return makeError(library + " is not a software GPU of this version");
  char *object = nullptr;
  size_t size = 0;
  if (compile(bitcode.data(), bitcode.size(), symbol.c_str(), &object, &size))
    return makeError(Twine("for the software GPU: ") + lastError());
  Status status = writeFile(path, std::string_view(object, size));
  release(object);
  if (!status)
    return makeError(status.message());
  return path;
}

//===----------------------------------------------------------------------===//
// The manifest's description
//===----------------------------------------------------------------------===//

static std::string nameOf(formats::ElementType type) {
  return std::string(formats::name(type));
}

static json::Object buffer(const std::string &name, formats::ElementType type,
                           int64_t rank) {
  return json::Object{{"name", name},
                      {"kind", "buffer"},
                      {"element", nameOf(type)},
                      {"rank", rank}};
}

/// The parameters of the C interface, in order (docs/Pipeline.md, "The ABI of
/// functions").
static llvm::Expected<json::Array>
describeParameters(const std::vector<BoundArgument> &arguments) {
  json::Array parameters;
  for (const BoundArgument &argument : arguments) {
    if (argument.sparse) {
      for (const formats::Field &field : argument.sparse->packed.fields)
        parameters.push_back(buffer(
            argument.name + "." + std::string(field.spec.name), field.type, 1));
      auto type = cast<RankedTensorType>(argument.type);
      for (unsigned dim = 0; dim < 2; ++dim)
        if (type.isDynamicDim(dim))
          parameters.push_back(json::Object{
              {"name", argument.name + (dim ? ".columns" : ".rows")},
              {"kind", "size"}});
    } else if (argument.dense) {
      parameters.push_back(
          buffer(argument.name, argument.dense->type,
                 static_cast<int64_t>(argument.dense->shape.size())));
    } else {
      auto type = getElementType(argument.type);
      if (!type)
        return makeError("argument '" + argument.name +
                         "': " + llvm::toString(type.takeError()));
      parameters.push_back(json::Object{{"name", argument.name},
                                        {"kind", "scalar"},
                                        {"element", nameOf(*type)}});
    }
  }
  return parameters;
}

static llvm::Expected<json::Array> describeResults(func::FuncOp entry) {
  json::Array results;
  for (auto [i, type] : llvm::enumerate(entry.getResultTypes())) {
    auto tensor = cast<RankedTensorType>(type);
    auto element = getElementType(tensor);
    if (!element)
      return element.takeError();
    json::Object result =
        buffer(getResultName(entry, i), *element, tensor.getRank());
    result.erase("kind");
    results.push_back(std::move(result));
  }
  return results;
}

/// A C header with the prototype of the entry.
static std::string makeHeader(const std::string &entry,
                              const json::Array &parameters,
                              const json::Array &results, bool device) {
  std::string text, guard = "SPARSEGPU_PROGRAM_" + StringRef(entry).upper();
  llvm::raw_string_ostream out(text);
  out << "/* The function '" << entry
      << "', compiled by SparseGPU " SPARSEGPU_VERSION ". The process must "
         "have loaded a\n * runtime library (lib/) before this one, with its "
         "symbols visible to all.\n * Buffers are in "
      << (device ? "device memory; the work is put on `stream`, a CUstream, "
                   "and not\n * waited for."
                 : "host memory; results that are not an argument's memory "
                   "are the\n * caller's to free().")
      << " */\n#ifndef " << guard << "\n#define " << guard
      << "\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" "
         "{\n#endif\n\n";
  std::set<int64_t> ranks;
  for (const json::Array *list : {&parameters, &results})
    for (const json::Value &value : *list)
      if (auto rank = value.getAsObject()->getInteger("rank"))
        ranks.insert(*rank);
  for (int64_t rank : ranks) {
    std::string name = "sparsegpu_memref_" + std::to_string(rank);
    out << "#ifndef " << StringRef(name).upper() << "\n#define "
        << StringRef(name).upper()
        << "\n/* Elements, not bytes, in offset and strides. */\nstruct "
        << name << " {\n  void *allocated, *aligned;\n  int64_t offset";
    if (rank)
      out << ", sizes[" << rank << "], strides[" << rank << "]";
    out << ";\n};\n#endif\n\n";
  }
  if (results.size() > 1) {
    out << "struct " << entry << "_results {\n";
    for (const json::Value &value : results)
      out << "  struct sparsegpu_memref_"
          << *value.getAsObject()->getInteger("rank") << " "
          << "result" << (&value - &results[0]) << ";\n";
    out << "};\n\n";
  }
  SmallVector<std::string> lines;
  if (results.size() > 1)
    lines.push_back("struct " + entry + "_results *results");
  else if (results.size() == 1)
    lines.push_back(
        "struct sparsegpu_memref_" +
        std::to_string(*results[0].getAsObject()->getInteger("rank")) +
        " *result");
  for (const json::Value &value : parameters) {
    const json::Object &parameter = *value.getAsObject();
    std::string name = parameter.getString("name")->str();
    std::string comment = " /* " + name + " */";
    StringRef kind = *parameter.getString("kind");
    if (kind == "buffer")
      lines.push_back("const struct sparsegpu_memref_" +
                      std::to_string(*parameter.getInteger("rank")) + " *" +
                      comment + " /* " + parameter.getString("element")->str() +
                      " */");
    else if (kind == "size")
      lines.push_back("int64_t" + comment);
    else
      lines.push_back(
          llvm::StringSwitch<std::string>(*parameter.getString("element"))
              .Case("f64", "double")
              .Case("f32", "float")
              .Case("i8", "int8_t")
              .Case("i16", "int16_t")
              .Case("i32", "int32_t")
              .Cases({"i64", "index"}, "int64_t")
              .Case("f16", "_Float16")
              .Default("__bf16") +
          comment);
  }
  if (device)
    lines.push_back("void *stream");
  out << "void _mlir_ciface_" << entry << "(\n    "
      << llvm::join(lines, ",\n    ")
      << ");\n\n/* The same, with an array of pointers to the arguments. */\n"
      << "void " << HostProgram::callSymbol(entry)
      << "(void **arguments);\n\n#ifdef __cplusplus\n}\n#endif\n#endif\n";
  return text;
}

llvm::Expected<json::Object>
run::writeBundleProgram(Program &program, const std::string &id,
                        const std::vector<BoundArgument> &arguments,
                        const Options &options) {
  std::string entry = program.entry.getSymName().str();
  program.entry->setAttr("llvm.emit_c_interface",
                         UnitAttr::get(program.module->getContext()));
  PipelineOptions pipeline;
  // Kernels use what the oldest chip has.
  pipeline.chip =
      *llvm::min_element(options.bundleChips, [](StringRef x, StringRef y) {
        return getCapability(x).value_or(~0u) < getCapability(y).value_or(~0u);
      });
  pipeline.format = "llvm";
  pipeline.schedule = options.schedule;
  if (failed(pipeline.parseFromString(options.pipeline)))
    return makeError("--pipeline: there are no such options");
  pipeline.enableRuntimeLibrary = false;
  auto module = lowerForOperands(program, options, pipeline);
  if (!module)
    return module.takeError();
  auto host = HostProgram::create(**module, entry);
  if (!host)
    return host.takeError();
  llvm::Expected<DeviceCode> code = [&] {
    SourceMgrDiagnosticHandler handler(*program.sources,
                                       program.module->getContext());
    return compileForCUDA(*program.module, pipeline, options.bundleChips,
                          options.cudaTools);
  }();
  if (!code)
    return code.takeError();
  if (code->chips.empty() && !code->modules.empty())
    llvm::WithColor::note(llvm::errs(), "sparse-run")
        << "the program gets PTX and no machine code, for lack of ptxas and "
           "fatbinary of CUDA; the driver compiles it when it is loaded\n";
  else
    for (const std::string &chip : options.bundleChips)
      if (!code->modules.empty() && !llvm::is_contained(code->chips, chip))
        llvm::WithColor::note(llvm::errs(), "sparse-run")
            << "ptxas does not know " << chip
            << "; the driver compiles the PTX for it\n";

  std::string folder = "programs/" + id;
  std::string path = options.bundle + "/" + folder;
  if (std::error_code error = createBundleFolder(path))
    return makeError("cannot create " + path + ": " + error.message());
  std::map<std::string, KernelImage> cuda, emulator;
  std::vector<std::string> support = {options.libraryDir +
                                      "/libsparsegpu_host_support.a"};
  std::vector<std::string> objects;
  json::Array modules;
  for (const DeviceModule &device : code->modules) {
    cuda[device.name].bytes = device.image;
    std::string file = folder + "/" + device.name;
    json::Object object{{"name", device.name},
                        {"ptx", file + ".ptx"},
                        {"kernels", json::Array(device.kernels)}};
    Status status = writeFile(options.bundle + "/" + file + ".ptx", device.ptx);
    if (status && device.isFatBinary) {
      object["fatbin"] = file + ".fatbin";
      status = writeFile(options.bundle + "/" + file + ".fatbin", device.image);
    }
    if (!status)
      return makeError(status.message());
    modules.push_back(std::move(object));
  }
  for (const auto &[name, bitcode] : host->bitcode()) {
    std::string symbol = "sparsegpu_module_" + name;
    emulator[name].symbol = symbol;
    auto object =
        precompile(options, bitcode, symbol, path + "/" + name + ".o");
    if (!object)
      return object.takeError();
    objects.push_back(*object);
  }
  if (llvm::Error error = host->write(path + "/cuda.so", cuda, support))
    return std::move(error);
  std::vector<std::string> all = objects;
  all.insert(all.end(), support.begin(), support.end());
  llvm::Error error = host->write(path + "/emulator.so", emulator, all);
  for (const std::string &object : objects)
    llvm::sys::fs::remove(object);
  if (error)
    return std::move(error);

  auto parameters = describeParameters(arguments);
  if (!parameters)
    return parameters.takeError();
  auto results = describeResults(program.entry);
  if (!results)
    return results.takeError();
  bool device = pipeline.operands == "device";
  if (Status status =
          writeFile(path + "/" + entry + ".h",
                    makeHeader(entry, *parameters, *results, device));
      !status)
    return makeError(status.message());
  json::Array resources;
  for (const KernelResources &kernel : code->resources)
    resources.push_back(
        json::Object{{"kernel", kernel.kernel},
                     {"chip", kernel.chip},
                     {"registers", kernel.registers},
                     {"stack_bytes", kernel.stackBytes},
                     {"spill_store_bytes", kernel.spillStores},
                     {"spill_load_bytes", kernel.spillLoads},
                     {"static_shared_bytes", kernel.sharedBytes}});
  return json::Object{{"id", id},
                      {"entry", entry},
                      {"symbol", HostProgram::callSymbol(entry)},
                      {"operands", device ? "device" : "host"},
                      {"source", options.file},
                      {"schedule", options.schedule},
                      {"cuda_library", folder + "/cuda.so"},
                      {"emulator_library", folder + "/emulator.so"},
                      {"header", folder + "/" + entry + ".h"},
                      {"parameters", std::move(*parameters)},
                      {"results", std::move(*results)},
                      {"chips", json::Array(code->chips)},
                      {"modules", std::move(modules)},
                      {"resources", std::move(resources)}};
}
