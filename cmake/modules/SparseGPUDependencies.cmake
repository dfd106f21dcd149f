# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

# Finds everything that the build needs. A missing dependency stops here with
# the Debian package that provides it.

# `find_package(MLIR 22)` is refused by the version file: it wants a minor.
find_package(MLIR 22.1 CONFIG PATHS /usr/lib/llvm-22/lib/cmake/mlir)
if(NOT MLIR_FOUND)
  message(FATAL_ERROR
    "MLIR 22.1 was not found. On Debian: apt-get install libmlir-22-dev "
    "mlir-22-tools llvm-22-dev llvm-22-tools. Elsewhere pass "
    "-DMLIR_DIR=<prefix>/lib/cmake/mlir.")
endif()
message(STATUS "MLIR ${LLVM_PACKAGE_VERSION} in ${MLIR_DIR}")

# One linkage: MLIR and LLVM are reached through libMLIR.so and libLLVM.so
# only. MLIRConfig does not set this, and mixing in one static MLIR library
# duplicates TypeIDs and command-line options.
set(MLIR_LINK_MLIR_DYLIB ON)

list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
set(LLVM_TOOLS_BINARY_DIR "${LLVM_TOOLS_BINARY_DIR}" CACHE PATH "LLVM tools")

find_package(ZLIB REQUIRED)
# For programs of a bundle, which need the C library and no other. Debian's is
# not for shared libraries.
find_library(SPARSEGPU_STATIC_ZLIB NAMES libz.a REQUIRED)
# Without zstd, what it compressed is refused.
find_library(SPARSEGPU_SHARED_ZSTD NAMES zstd)
find_library(SPARSEGPU_STATIC_ZSTD NAMES libzstd.a)
find_path(SPARSEGPU_ZSTD_INCLUDE NAMES zstd.h)
mark_as_advanced(SPARSEGPU_SHARED_ZSTD SPARSEGPU_STATIC_ZSTD SPARSEGPU_ZSTD_INCLUDE)
set(SPARSEGPU_ZSTD OFF)
if(SPARSEGPU_SHARED_ZSTD AND SPARSEGPU_STATIC_ZSTD AND SPARSEGPU_ZSTD_INCLUDE)
  set(SPARSEGPU_ZSTD ON)
else()
  message(STATUS "Without zstd (libzstd-dev): files compressed with it are refused")
endif()
# Without cairo, sparse-pack draws SVG only.
find_library(SPARSEGPU_SHARED_CAIRO NAMES cairo)
find_path(SPARSEGPU_CAIRO_INCLUDE NAMES cairo.h PATH_SUFFIXES cairo)
mark_as_advanced(SPARSEGPU_SHARED_CAIRO SPARSEGPU_CAIRO_INCLUDE)
set(SPARSEGPU_CAIRO OFF)
if(SPARSEGPU_SHARED_CAIRO AND SPARSEGPU_CAIRO_INCLUDE)
  set(SPARSEGPU_CAIRO ON)
else()
  message(STATUS "Without cairo (libcairo2-dev): sparse-pack plot makes no PNG")
endif()
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS context)
find_package(GTest REQUIRED)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
