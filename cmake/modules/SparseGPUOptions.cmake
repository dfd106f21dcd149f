# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

# Compiler settings that hold for every target of this project.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Precompiled headers carry no time stamp, so that the cache may serve them.
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      "${CCACHE_PROGRAM}")
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
if(SPARSEGPU_ENABLE_WERROR)
  add_compile_options(-Werror)
endif()
if(SPARSEGPU_ENABLE_ASSERTIONS)
  add_compile_options(-UNDEBUG)
endif()
if(SPARSEGPU_SANITIZER)
  add_compile_options(-fsanitize=${SPARSEGPU_SANITIZER} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SPARSEGPU_SANITIZER})
endif()
if(SPARSEGPU_BUILD_FUZZERS)
  # Undefined behaviour ends the program, as a crash does.
  add_compile_options(-fno-sanitize-recover=all)
endif()
