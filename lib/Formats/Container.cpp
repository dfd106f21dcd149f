//===- Container.cpp - Files of packed matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Container.h"

#include "ContainerHeader.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;

Expected<std::string> formats::formatContainer(const PackedMatrix &packed,
                                               const Format &format) {
  if (Status status = checkFields(format, packed); !status)
    return status.takeError();
  ContainerView view;
  view.format = packed.format;
  view.rows = packed.rows;
  view.cols = packed.cols;
  view.nnz = packed.nnz;
  std::vector<ParameterSpec> parameters = format.parameters();
  for (size_t i = 0; i < parameters.size(); ++i)
    view.parameters.emplace_back(parameters[i].name, packed.parameters[i]);
  for (const Field &field : packed.fields)
    view.fields.push_back({std::string(field.spec.name), field.spec.role,
                           field.type, field.count, 0, field.bytes.data()});
  view.explicitZeros = {
      "explicitZeros",
      FieldRole::Positions,
      ElementType::I64,
      static_cast<int64_t>(packed.explicitZeros.size()),
      0,
      reinterpret_cast<const std::byte *>(packed.explicitZeros.data())};
  try {
    return writeContainerHeader(view);
  } catch (const std::bad_alloc &) {
    return Error("there is not enough memory for the container");
  }
}

Status formats::writeContainer(const std::string &path,
                               const PackedMatrix &packed,
                               const Format &format) {
  Expected<std::string> content = formatContainer(packed, format);
  if (!content)
    return content.takeError();
  return writeFileByName(path, *content);
}

Status formats::verifyContainer(const ContainerView &view,
                                std::string_view content,
                                std::string_view path) {
  auto verify = [&](const ContainerField &field) -> Status {
    uint32_t found = containerChecksum(
        {reinterpret_cast<const char *>(field.data), field.bytes()});
    if (found == field.crc)
      return Status::success();
    return Error(concat(
        path, ": byte ",
        reinterpret_cast<const char *>(field.data) - content.data(), ": field ",
        sparsegpu::quoted(field.name), " is damaged: its checksum differs"));
  };
  for (const ContainerField &field : view.fields)
    if (Status status = verify(field); !status)
      return status;
  return verify(view.explicitZeros);
}

/// The fields of `view` as `format` names them, copied.
static Expected<PackedMatrix> makePacked(const ContainerView &view,
                                         const Format &format,
                                         std::string_view path) {
  PackedMatrix packed;
  packed.format = format.name();
  packed.rows = view.rows;
  packed.cols = view.cols;
  packed.nnz = view.nnz;
  std::vector<ParameterSpec> parameters = format.parameters();
  bool fits = parameters.size() == view.parameters.size();
  for (size_t i = 0; fits && i < parameters.size(); ++i) {
    fits = parameters[i].name == view.parameters[i].first;
    packed.parameters.push_back(view.parameters[i].second);
  }
  std::vector<FieldSpec> fields;
  if (fits) {
    // Which fields there are may depend on them.
    if (Status status = checkParameters(format, packed.parameters); !status)
      return Error(concat(path, ": ", status.message()));
    fields = format.fieldsFor(packed.parameters);
    fits = fields.size() == view.fields.size();
  }
  for (size_t i = 0; fits && i < fields.size(); ++i) {
    const ContainerField &from = view.fields[i];
    fits = fields[i].name == from.name && fields[i].role == from.role;
    packed.fields.push_back({fields[i],
                             from.type,
                             from.count,
                             {from.data, from.data + from.bytes()}});
  }
  if (!fits)
    return Error(concat(path,
                        ": the fields and parameters are not those of "
                        "format ",
                        sparsegpu::quoted(format.name())));
  if (Status status = checkFields(format, packed); !status)
    return Error(concat(path, ": ", status.message()));
  const Field *values = packed.find("values");
  packed.explicitZeros.resize(static_cast<size_t>(view.explicitZeros.count));
  if (view.explicitZeros.count)
    std::memcpy(packed.explicitZeros.data(), view.explicitZeros.data,
                view.explicitZeros.bytes());
  int64_t previous = -1;
  for (int64_t place : packed.explicitZeros) {
    if (place <= previous || !values || place >= values->count)
      return Error(concat(path,
                          ": the places of explicit zeros do not ascend "
                          "within the values: ",
                          place));
    previous = place;
  }
  return packed;
}

Expected<PackedMatrix> formats::parsePacked(std::string_view content,
                                            std::string_view path,
                                            const Format *extra) {
  try {
    Expected<ContainerView> view = viewContainer(content, path);
    if (!view)
      return view.takeError();
    const Format *format = extra && extra->name() == view->format
                               ? extra
                               : findFormat(view->format);
    if (!format)
      return Error(concat(path, ": the format ",
                          sparsegpu::quoted(view->format), " is not known"));
    if (Status status = verifyContainer(*view, content, path); !status)
      return status.takeError();
    return makePacked(*view, *format, path);
  } catch (const std::bad_alloc &) {
    return Error(concat(path, ": there is not enough memory for the matrix"));
  }
}

Expected<PackedMatrix> formats::readPacked(const std::string &path,
                                           const Format *extra) {
  Expected<std::string> content = readFile(path);
  if (!content)
    return content.takeError();
  return parsePacked(*content, displayPath(path), extra);
}

Expected<MatrixFile> formats::parseContainer(std::string_view content,
                                             std::string_view path) {
  Expected<PackedMatrix> packed = parsePacked(content, path);
  if (!packed)
    return packed.takeError();
  Expected<CooMatrix> matrix = unpack(*packed, *findFormat(packed->format));
  if (!matrix)
    return Error(concat(path, ": ", matrix.message()));
  MatrixFile file;
  file.kind = FileKind::Container;
  file.storedEntries = matrix->entries();
  file.matrix = *std::move(matrix);
  const Field *values = packed->find("values");
  file.field =
      values && !isFloat(values->type) ? FileField::Integer : FileField::Real;
  return file;
}

void MappedContainer::Unmap::operator()(const char *data) const {
  munmap(const_cast<char *>(data), size);
}

Expected<MappedContainer> MappedContainer::open(const std::string &path) {
  auto failure = [&](std::string_view what) {
    return Error(concat(path, ": ", what, ": ", std::strerror(errno)));
  };
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return failure("cannot open");
  struct stat info = {};
  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) {
    close(file);
    return Error(concat(path,
                        ": is not a container: no plain file, or an empty "
                        "one"));
  }
  auto size = static_cast<size_t>(info.st_size);
  void *address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (address == MAP_FAILED)
    return failure("cannot map");
  MappedContainer mapped;
  mapped.path = path;
  mapped.data = {static_cast<const char *>(address), Unmap{size}};
  Expected<ContainerView> view = viewContainer({mapped.data.get(), size}, path);
  if (!view)
    return view.takeError();
  mapped.header = *std::move(view);
  return mapped;
}

Status MappedContainer::verify() const {
  return verifyContainer(header, {data.get(), data.get_deleter().size}, path);
}
