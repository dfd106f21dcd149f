//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BundleWriter.h"
#include "BundleFolder.h"
#include "BundleLaunches.h"
#include "BundleProgram.h"
#include "ProgramLibrary.h"
#include "SparseGPU/Runtime/Bundle/LoadedCase.h"
#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/FileIO.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

#include <cstring>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;
namespace json = llvm::json;

static llvm::Error toError(Status status) {
  return status ? llvm::Error::success() : makeError(status.message());
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// Writes `bytes` under a name that follows from them, unless that is there;
/// returns the path in the bundle.
static llvm::Expected<std::string> writeData(const Options &options,
                                             std::string_view bytes) {
  uint64_t hash = llvm::xxh3_64bits(StringRef(bytes.data(), bytes.size()));
  std::string path =
      "data/" + llvm::utohexstr(hash, /*LowerCase=*/true, 16) + ".gz";
  std::string full = options.bundle + "/" + path;
  if (llvm::sys::fs::exists(full))
    return path;
  // Renamed when it is whole.
  std::string temporary = full + ".part";
  if (llvm::Error error = toError(writeGzip(temporary, bytes)))
    return std::move(error);
  if (std::error_code code = llvm::sys::fs::rename(temporary, full))
    return makeError("cannot write " + full + ": " + code.message());
  return path;
}

static const char *nameOf(formats::DenseFill fill) {
  switch (fill) {
  case formats::DenseFill::Random:
    return "random";
  case formats::DenseFill::Zeros:
    return "zeros";
  case formats::DenseFill::Iota:
    return "iota";
  }
  return "";
}

/// The object of a buffer; data that can be made again is not stored.
static llvm::Expected<json::Object>
describeBuffer(const Options &options, const std::string &name,
               const std::vector<int64_t> &shape,
               llvm::ArrayRef<std::byte> bytes,
               const std::optional<GeneratedData> &generated) {
  json::Object object{{"parameter", name}, {"shape", json::Array(shape)}};
  if (generated && !options.bundleStoresData) {
    object["fill"] = nameOf(generated->fill);
    object["seed"] = generated->seed;
    return object;
  }
  auto path = writeData(
      options, std::string_view(reinterpret_cast<const char *>(bytes.data()),
                                bytes.size()));
  if (!path)
    return path.takeError();
  object["file"] = *path;
  return object;
}

/// True if the field holds the numbers that `generated` makes, in their order:
/// not so in formats that store entries in another order than rows, or between
/// zeros.
static bool holds(const formats::Field &field, const GeneratedData &generated) {
  auto count = static_cast<size_t>(field.count);
  std::vector<double> numbers(count);
  formats::fillDense(generated.fill, generated.seed, 0, field.count,
                     numbers.data());
  std::vector<std::byte> bytes(field.bytes.size());
  return formats::storeElements(field.type, numbers.data(), count,
                                formats::Overflow::Refuse,
                                bytes.data()) == count &&
         std::memcmp(bytes.data(), field.bytes.data(), bytes.size()) == 0;
}

static llvm::Error addSparse(const Options &options,
                             const BoundArgument &argument,
                             json::Array &buffers, json::Array &scalars,
                             json::Array &matrices) {
  const formats::PackedMatrix &packed = argument.sparse->packed;
  for (const formats::Field &field : packed.fields) {
    const std::optional<GeneratedData> &generated = argument.sparse->generated;
    bool isGenerated = generated &&
                       field.spec.role == formats::FieldRole::Values &&
                       holds(field, *generated);
    auto object = describeBuffer(
        options, argument.name + "." + std::string(field.spec.name),
        {field.count}, field.bytes, isGenerated ? generated : std::nullopt);
    if (!object)
      return object.takeError();
    buffers.push_back(std::move(*object));
  }
  auto type = cast<RankedTensorType>(argument.type);
  int64_t sizes[] = {packed.rows, packed.cols};
  for (unsigned dim = 0; dim < 2; ++dim)
    if (type.isDynamicDim(dim))
      scalars.push_back(json::Object{
          {"parameter", argument.name + (dim ? ".columns" : ".rows")},
          {"bits", sizes[dim]}});
  matrices.push_back(json::Object{{"argument", argument.name},
                                  {"source", argument.sparse->source},
                                  {"format", std::string(packed.format)},
                                  {"rows", packed.rows},
                                  {"columns", packed.cols},
                                  {"nonzeros", packed.nnz},
                                  {"bytes", packed.byteSize()}});
  return llvm::Error::success();
}

/// The elements of a result that are stored: all of them up to the limit, else
/// the first, the last, and one at random in each of equal parts between.
static std::vector<int64_t> chooseElements(int64_t elements, int64_t limit,
                                           uint64_t seed) {
  std::vector<int64_t> chosen;
  if (elements <= limit || limit < 3) {
    for (int64_t i = 0; i < std::min(elements, limit); ++i)
      chosen.push_back(i);
    return chosen;
  }
  CounterHash hash(seed, /*stream=*/2);
  chosen.push_back(0);
  int64_t parts = limit - 2, inner = elements - 2;
  for (int64_t part = 0; part < parts; ++part) {
    auto first = static_cast<int64_t>(__int128(inner) * part / parts);
    auto end = static_cast<int64_t>(__int128(inner) * (part + 1) / parts);
    chosen.push_back(1 + first +
                     static_cast<int64_t>(hash.below(part, end - first)));
  }
  chosen.push_back(elements - 1);
  return chosen;
}

static llvm::Expected<json::Object>
describeExpected(const Options &options, const std::string &name,
                 const ReferenceArray &reference) {
  std::string bytes;
  std::vector<int64_t> chosen =
      chooseElements(reference.size(), options.bundleElements, options.seed);
  for (int64_t index : chosen) {
    char record[24];
    std::memcpy(record, &index, 8);
    std::memcpy(record + 8, &reference.value[index], 8);
    std::memcpy(record + 16, &reference.error[index], 8);
    bytes.append(record, sizeof(record));
  }
  auto path = writeData(options, bytes);
  if (!path)
    return path.takeError();
  return json::Object{{"result", name},
                      {"elements", reference.size()},
                      {"stored", static_cast<int64_t>(chosen.size())},
                      {"file", *path}};
}

static llvm::Expected<json::Object>
describeCase(Program &program, const std::vector<BoundArgument> &arguments,
             const std::vector<ReferenceArray> &references,
             const std::string &noReference, const Options &options) {
  json::Array buffers, scalars, matrices, expected;
  for (const BoundArgument &argument : arguments) {
    if (argument.sparse) {
      if (llvm::Error error =
              addSparse(options, argument, buffers, scalars, matrices))
        return std::move(error);
    } else if (argument.dense) {
      const DenseArray &array = *argument.dense;
      auto object = describeBuffer(options, argument.name, array.shape,
                                   array.bytes, array.generated);
      if (!object)
        return object.takeError();
      buffers.push_back(std::move(*object));
    } else {
      scalars.push_back(json::Object{{"parameter", argument.name},
                                     {"bits", getScalarBits(argument)}});
    }
  }
  std::string why = noReference;
  if (options.bundleElements == 0)
    why = "the bundle was made with --bundle-check-elements=0";
  else
    for (auto [i, reference] : llvm::enumerate(references)) {
      auto object =
          describeExpected(options, getResultName(program.entry, i), reference);
      if (!object)
        return object.takeError();
      expected.push_back(std::move(*object));
    }
  json::Object result{{"buffers", std::move(buffers)},
                      {"scalars", std::move(scalars)},
                      {"matrices", std::move(matrices)},
                      {"expected", std::move(expected)}};
  if (!why.empty())
    result["no_reference"] = why;
  return result;
}

//===----------------------------------------------------------------------===//
// The bundle
//===----------------------------------------------------------------------===//

/// The manifest is written under this name and renamed when it is whole.
static constexpr const char *kNewManifest = "manifest.json.part";

static llvm::Error writeManifest(const Options &options, json::Value manifest) {
  return toError(writeFile(options.bundle + "/" + kNewManifest,
                           llvm::formatv("{0:2}\n", manifest).str()));
}

static llvm::Error renameManifest(const Options &options) {
  std::string path = options.bundle + "/manifest.json";
  if (std::error_code code =
          llvm::sys::fs::rename(options.bundle + "/" + kNewManifest, path))
    return makeError("cannot write " + path + ": " + code.message());
  return llvm::Error::success();
}

/// The manifest as it stands, or a new one in a new or empty folder.
static llvm::Expected<json::Value> openBundle(const Options &options) {
  std::string path = options.bundle + "/manifest.json";
  if (!llvm::sys::fs::exists(path)) {
    std::error_code code;
    llvm::sys::fs::directory_iterator first(options.bundle, code), end;
    if (!code && first != end)
      return makeError("--emit-bundle: " + options.bundle +
                       " is not empty and has no manifest.json");
    if ((code = createBundleFolder(options.bundle + "/data")))
      return makeError("cannot create " + options.bundle + ": " +
                       code.message());
    json::Object manifest{{"sparsegpu_bundle", bundle::kManifestVersion},
                          {"producer", "SparseGPU " SPARSEGPU_VERSION},
                          {"programs", json::Array()},
                          {"cases", json::Array()}};
    // At once, so that a program that does not compile can be mended and added.
    if (llvm::Error error = writeManifest(options, json::Object(manifest)))
      return std::move(error);
    if (llvm::Error error = renameManifest(options))
      return std::move(error);
    return manifest;
  }
  // Read once by the code that will run it: errors are told here.
  if (auto manifest = bundle::readManifest(options.bundle); !manifest)
    return makeError(manifest.message());
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return makeError("cannot read " + path);
  return json::parse((*buffer)->getBuffer());
}

/// The runner and the runtime libraries.
static llvm::Error copyRuntime(const Options &options) {
  std::string lib = options.bundle + "/lib";
  if (std::error_code code = createBundleFolder(lib))
    return makeError("cannot create " + lib + ": " + code.message());
  std::pair<std::string, std::string> files[] = {
      {options.libraryDir + "/libsparsegpu_cuda_runtime.so",
       lib + "/libsparsegpu_cuda_runtime.so"},
      {options.libraryDir + "/libsparsegpu_emulator_core.so",
       lib + "/libsparsegpu_emulator_core.so"},
      {options.bundleRunner, options.bundle + "/run"}};
  for (const auto &[from, to] : files) {
    // A program that runs from here keeps its file.
    llvm::sys::fs::remove(to);
    if (std::error_code code = llvm::sys::fs::copy_file(from, to))
      return makeError("cannot copy " + from + " to " + to + ": " +
                       code.message());
    auto mode =
        llvm::sys::fs::perms::owner_all | llvm::sys::fs::perms::group_read |
        llvm::sys::fs::perms::group_exe | llvm::sys::fs::perms::others_read |
        llvm::sys::fs::perms::others_exe;
    if (std::error_code code = llvm::sys::fs::setPermissions(to, mode))
      return makeError("cannot make " + to + " executable: " + code.message());
  }
  return llvm::Error::success();
}

/// Names become symbols of PTX and of C, names of files, and lines of a table.
static llvm::Error checkNames(Program &program, const std::string &caseName) {
  auto isOf = [](StringRef name, StringRef others) {
    return llvm::all_of(
        name, [=](char c) { return llvm::isAlnum(c) || others.contains(c); });
  };
  StringRef entry = program.entry.getSymName();
  if (!isOf(entry, "_") || llvm::isDigit(entry.front()))
    return makeError("--emit-bundle: the entry '" + entry +
                     "' has a name that no function of C can have");
  for (auto function : program.module->getOps<func::FuncOp>()) {
    StringRef symbol = function.getSymName();
    if (!isOf(symbol, "_.$"))
      return makeError("--emit-bundle: the function '" + symbol +
                       "' has a name that no kernel can have");
    // The program's own calls of that function would end up here.
    if (!function.isExternal() &&
        (symbol.starts_with("mgpu") || symbol.starts_with("sparsegpu") ||
         isOfCLibrary(symbol)))
      return makeError("--emit-bundle: the function '" + symbol +
                       "' has the name of a function of a runtime library or "
                       "of the C library");
  }
  if (llvm::any_of(caseName, [](unsigned char c) { return c < 32; }))
    return makeError("--bundle-case must be one line");
  return llvm::Error::success();
}

llvm::Error run::emitBundle(Program &program,
                            const std::vector<BoundArgument> &arguments,
                            const std::vector<ReferenceArray> &references,
                            const std::string &noReference,
                            const Options &options) {
  std::string name = options.bundleCase.empty()
                         ? program.entry.getSymName().str()
                         : options.bundleCase;
  if (llvm::Error error = checkNames(program, name))
    return error;
  auto lock = BundleLock::create(options.bundle);
  if (!lock)
    return lock.takeError();
  auto manifest = openBundle(options);
  if (!manifest)
    return manifest.takeError();
  json::Array &programs = *manifest->getAsObject()->getArray("programs");
  json::Array &cases = *manifest->getAsObject()->getArray("cases");
  auto isCalled = [](const char *key, const std::string &value) {
    return [=](const json::Value &object) {
      return object.getAsObject()->getString(key) == StringRef(value);
    };
  };
  if (llvm::any_of(cases, isCalled("name", name)))
    return makeError("--emit-bundle: " + options.bundle + " has a case '" +
                     name + "' already; name this one with --bundle-case");
  if (programs.empty())
    if (llvm::Error error = copyRuntime(options))
      return error;
  std::string id = getProgramId(program, options);
  if (llvm::none_of(programs, isCalled("id", id))) {
    auto object = writeBundleProgram(program, id, arguments, options);
    if (!object)
      return object.takeError();
    programs.push_back(std::move(*object));
  }
  auto object =
      describeCase(program, arguments, references, noReference, options);
  if (!object)
    return object.takeError();
  (*object)["name"] = name;
  (*object)["program"] = id;
  cases.push_back(std::move(*object));
  if (llvm::Error error = writeManifest(options, *manifest))
    return error;
  if (llvm::Error error =
          recordCall(options, name, kNewManifest, *cases.back().getAsObject()))
    return error;
  if (llvm::Error error = writeManifest(options, *manifest))
    return error;
  if (llvm::Error error = renameManifest(options))
    return error;
  llvm::outs() << "case " << name << " added to " << options.bundle
               << "; run it with " << options.bundle << "/run --check\n";
  return llvm::Error::success();
}
