//===- Field.cpp - Storage fields of packed matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Field.h"

#include "SparseGPU/Support/Strings.h"

#include <new>
#include <unistd.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;

std::string_view formats::name(FieldRole role) {
  switch (role) {
  case FieldRole::Positions:
    return "positions";
  case FieldRole::Coordinates:
    return "coordinates";
  case FieldRole::Values:
    return "values";
  case FieldRole::Bits:
    return "bits";
  }
  return {};
}

const Field *PackedMatrix::find(std::string_view name) const {
  for (const Field &field : fields)
    if (field.spec.name == name)
      return &field;
  return nullptr;
}

int64_t PackedMatrix::byteSize() const {
  int64_t total = 0;
  for (const Field &field : fields)
    total += static_cast<int64_t>(field.bytes.size());
  return total;
}

static Error tooLarge(const FieldSpec &spec, ElementType type, int64_t count) {
  return Error(concat("field ", quoted(spec.name), " would hold ", count,
                      " elements of ", name(type),
                      ", more than the memory of this machine"));
}

Status formats::checkFieldSize(const FieldSpec &spec, ElementType type,
                               int64_t count) {
  // A huge request may succeed and fail only on first use: compare with the
  // memory that is there.
  int64_t memory = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) *
                   static_cast<int64_t>(sysconf(_SC_PAGESIZE));
  int64_t width = static_cast<int64_t>(formats::byteSize(type));
  if (count < 0 || count > memory / width)
    return tooLarge(spec, type, count);
  return Status::success();
}

Expected<Field> formats::allocateField(const FieldSpec &spec, ElementType type,
                                       int64_t count, Contents contents) {
  if (Status status = checkFieldSize(spec, type, count); !status)
    return status.takeError();
  Field field{spec, type, count,
              Bytes(Bytes::allocator_type(contents == Contents::Zero))};
  try {
    field.bytes.resize(static_cast<size_t>(count) * formats::byteSize(type));
  } catch (const std::bad_alloc &) {
    return Error(concat(
        "there is not enough memory for field ", quoted(spec.name), ": ", count,
        " elements of ", name(type), ", ",
        count * static_cast<int64_t>(formats::byteSize(type)), " bytes"));
  }
  return field;
}
