//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Bundle/Manifest.h"
#include "SparseGPU/Support/FileIO.h"

// Errors then name the place in the file.
#define JSON_DIAGNOSTICS 1
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

using namespace sparsegpu;
using namespace sparsegpu::bundle;
using nlohmann::json;

// The library reports what is wrong by exceptions; none leaves this file.

namespace {
/// A member whose value is not one of those that it may have.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};
} // namespace

/// The JSON library goes through null, an object or a number as if it were an
/// array.
static const json &readArray(const json &object, const char *key) {
  const json &array = object.at(key);
  if (!array.is_array())
    throw Wrong(std::string("'") + key + "' is not an array");
  return array;
}

/// It also cuts fractions off, and what does not fit.
static int64_t asInteger(const json &value, const char *key) {
  bool fits = value.is_number_integer() && !(value.is_number_unsigned() &&
                                             value.get<uint64_t>() > INT64_MAX);
  if (!fits)
    throw Wrong(std::string("'") + key + "' is " + value.dump() +
                ", not an integer of 64 bits");
  return value.get<int64_t>();
}
static int64_t readInteger(const json &object, const char *key) {
  return asInteger(object.at(key), key);
}

static formats::ElementType readElement(const json &object) {
  std::string text = object.at("element").get<std::string>();
  if (auto type = formats::parseElementType(text))
    return *type;
  throw Wrong("'" + text + "' is not an element type");
}

/// Files stay within the bundle.
static std::string readPath(const json &object, const char *key) {
  if (!object.contains(key) || object.at(key).is_null())
    return "";
  std::string path = object.at(key).get<std::string>();
  if (path.empty() || path[0] == '/' || path.find("..") != std::string::npos)
    throw Wrong("'" + path + "' is not a path in the bundle");
  return path;
}

static int64_t readRank(const json &object) {
  int64_t rank = readInteger(object, "rank");
  if (rank < 0 || rank > 8)
    throw Wrong("'" + object.at("name").get<std::string>() + "' has rank " +
                std::to_string(rank));
  return rank;
}

static Parameter readParameter(const json &object) {
  Parameter parameter;
  parameter.name = object.at("name").get<std::string>();
  std::string kind = object.at("kind").get<std::string>();
  if (kind == "buffer") {
    parameter.kind = Parameter::Kind::Buffer;
    parameter.rank = readRank(object);
    parameter.element = readElement(object);
  } else if (kind == "size") {
    parameter.kind = Parameter::Kind::Size;
    parameter.element = formats::ElementType::I64;
  } else if (kind == "scalar") {
    parameter.kind = Parameter::Kind::Scalar;
    parameter.element = readElement(object);
  } else {
    throw Wrong("'" + kind + "' is not a kind of parameter");
  }
  return parameter;
}

static Program readProgram(const json &object) {
  Program program;
  program.id = object.at("id").get<std::string>();
  program.entry = object.at("entry").get<std::string>();
  program.symbol = object.at("symbol").get<std::string>();
  std::string operands = object.at("operands").get<std::string>();
  if (operands != "device" && operands != "host")
    throw Wrong("operands are '" + operands + "', not device or host");
  program.deviceOperands = operands == "device";
  program.source = object.at("source").get<std::string>();
  program.schedule = object.at("schedule").get<std::string>();
  program.cudaLibrary = readPath(object, "cuda_library");
  program.emulatorLibrary = readPath(object, "emulator_library");
  program.header = readPath(object, "header");
  for (const json &parameter : readArray(object, "parameters"))
    program.parameters.push_back(readParameter(parameter));
  for (const json &result : readArray(object, "results"))
    program.results.push_back({result.at("name").get<std::string>(),
                               readElement(result), readRank(result)});
  for (const json &chip : readArray(object, "chips"))
    program.chips.push_back(chip.get<std::string>());
  return program;
}

static BufferData readBuffer(const json &object) {
  BufferData data;
  data.parameter = object.at("parameter").get<std::string>();
  for (const json &size : readArray(object, "shape")) {
    data.shape.push_back(asInteger(size, "shape"));
    if (data.shape.back() < 0)
      throw Wrong("'" + data.parameter + "' has a negative size");
  }
  data.file = readPath(object, "file");
  if (data.file.empty()) {
    const json &seed = object.at("seed");
    if (!seed.is_number_unsigned())
      throw Wrong("the seed of '" + data.parameter + "' is " + seed.dump());
    data.seed = seed.get<uint64_t>();
    std::string fill = object.at("fill").get<std::string>();
    if (fill == "random")
      data.fill = formats::DenseFill::Random;
    else if (fill == "zeros")
      data.fill = formats::DenseFill::Zeros;
    else if (fill == "iota")
      data.fill = formats::DenseFill::Iota;
    else
      throw Wrong("'" + fill + "' is not a way to fill '" + data.parameter +
                  "'");
  }
  return data;
}

static Case readCase(const json &object) {
  Case result;
  result.name = object.at("name").get<std::string>();
  result.program = object.at("program").get<std::string>();
  for (const json &buffer : readArray(object, "buffers"))
    result.buffers.push_back(readBuffer(buffer));
  for (const json &scalar : readArray(object, "scalars"))
    result.scalars.push_back({scalar.at("parameter").get<std::string>(),
                              readInteger(scalar, "bits")});
  for (const json &matrix : readArray(object, "matrices"))
    result.matrices.push_back(
        {matrix.at("argument").get<std::string>(),
         matrix.at("source").get<std::string>(),
         matrix.at("format").get<std::string>(), readInteger(matrix, "rows"),
         readInteger(matrix, "columns"), readInteger(matrix, "nonzeros"),
         readInteger(matrix, "bytes")});
  for (const json &expected : readArray(object, "expected"))
    result.expected.push_back({expected.at("result").get<std::string>(),
                               readInteger(expected, "elements"),
                               readInteger(expected, "stored"),
                               readPath(expected, "file")});
  result.noReference = object.value("no_reference", std::string());
  return result;
}

const Program *Manifest::findProgram(const std::string &id) const {
  for (const Program &program : programs)
    if (program.id == id)
      return &program;
  return nullptr;
}

const Case *Manifest::findCase(const std::string &name) const {
  for (const Case &entry : cases)
    if (entry.name == name)
      return &entry;
  return nullptr;
}

/// "[json.exception.out_of_range.403] (/cases/0) key ..." without its code.
static std::string withoutCode(std::string text) {
  if (!text.empty() && text[0] == '[')
    if (size_t end = text.find("] "); end != std::string::npos)
      return text.substr(end + 2);
  return text;
}

Expected<Manifest> bundle::readManifest(const std::string &directory) {
  std::string path = directory + "/manifest.json";
  Expected<std::string> text = readFile(path);
  if (!text)
    return Error(text.message() + "; is " + directory + " a bundle?");
  try {
    json document = json::parse(*text);
    const json &version = document.at("sparsegpu_bundle");
    if (version != kManifestVersion)
      return Error(path + ": version " + version.dump() +
                   "; this program reads version " +
                   std::to_string(kManifestVersion));
    Manifest manifest;
    manifest.producer = document.at("producer").get<std::string>();
    for (const json &program : readArray(document, "programs")) {
      Program added = readProgram(program);
      if (manifest.findProgram(added.id))
        return Error(path + ": program '" + added.id + "' is there twice");
      manifest.programs.push_back(std::move(added));
    }
    for (const json &entry : readArray(document, "cases")) {
      Case added = readCase(entry);
      if (manifest.findCase(added.name))
        return Error(path + ": case '" + added.name + "' is there twice");
      const Program *program = manifest.findProgram(added.program);
      if (!program)
        return Error(path + ": case '" + added.name + "' names program '" +
                     added.program + "', which is not there");
      // The program writes the descriptors of all its results.
      for (const ExpectedResult &expected : added.expected)
        if (std::none_of(program->results.begin(), program->results.end(),
                         [&](const ResultInfo &result) {
                           return result.name == expected.result;
                         }))
          return Error(path + ": case '" + added.name + "' expects result '" +
                       expected.result + "', which its program does not have");
      manifest.cases.push_back(std::move(added));
    }
    return manifest;
  } catch (const json::exception &error) {
    return Error(path + ": " + withoutCode(error.what()));
  } catch (const Wrong &error) {
    return Error(path + ": " + error.what());
  }
}
