# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

# Headers and the CMake package `SparseGPU`, for projects that embed it.
include(CMakePackageConfigHelpers)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/SparseGPU"
                  "${PROJECT_BINARY_DIR}/include/SparseGPU"
        DESTINATION include
        FILES_MATCHING PATTERN "*.h" PATTERN "*.inc" PATTERN "*.td"
        PATTERN "CMakeFiles" EXCLUDE)

install(EXPORT SparseGPUTargets DESTINATION lib/cmake/SparseGPU
        FILE SparseGPUTargets.cmake)
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/modules/SparseGPUConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/cmake/SparseGPUConfig.cmake"
  INSTALL_DESTINATION lib/cmake/SparseGPU)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/cmake/SparseGPUConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/cmake/SparseGPUConfig.cmake"
              "${PROJECT_BINARY_DIR}/cmake/SparseGPUConfigVersion.cmake"
        DESTINATION lib/cmake/SparseGPU)
