//===- Grid.cpp - Run a launch --------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Grid.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <numeric>
#include <random>

using namespace vib::cuda;

namespace {

std::string describe(const Block &block, const Fault &fault) {
  const Kernel &kernel = *block.launch.kernel;
  std::string text = fmt::format("kernel '{}'", kernel.name);
  const Warp *warp = block.running;
  if (warp && warp->current) {
    uint32_t line = warp->current->line;
    std::string source;
    if (line - 1 < kernel.lines->size())
      source = (*kernel.lines)[line - 1];
    source.erase(0, source.find_first_not_of(" \t"));
    text += fmt::format(", line {}: {}", line, source);
  }
  text += fmt::format("\n  block ({}, {}, {})", block.position.x,
                      block.position.y, block.position.z);
  if (warp)
    text += fmt::format(", warp {}", warp->index);
  if (warp && fault.lane >= 0)
    text += fmt::format(", lane {} (thread {})", fault.lane,
                        32 * warp->index + fault.lane);
  return text + ": " + fault.what();
}

/// The compiler relies on the alignment that a parameter promises to make wide
/// accesses. So an argument with less is an error, even if the kernel does not
/// need it.
void checkArguments(const Launch &launch) {
  for (const Parameter &parameter : launch.kernel->parameters) {
    if (parameter.pointeeAlign == 1)
      continue;
    uint64_t address = 0;
    std::memcpy(&address, launch.parameters.data() + parameter.offset,
                sizeof(address));
    if (address % parameter.pointeeAlign)
      throw Fault(CUDA_ERROR_MISALIGNED_ADDRESS, -1,
                  fmt::format("kernel '{}': argument '{}' is {:#x}, which is "
                              "not aligned to {} bytes",
                              launch.kernel->name, parameter.name, address,
                              parameter.pointeeAlign));
  }
}

} // namespace

LaunchCost vib::cuda::runLaunch(const Launch &launch, DeviceMemory &memory,
                                uint64_t launchNumber, uint64_t seed) {
  checkArguments(launch);
  Block block(launch, memory, launchNumber, seed);
  LaunchCost cost;
  cost.blocks = launch.blocks.count();
  std::vector<uint32_t> order(cost.blocks);
  std::iota(order.begin(), order.end(), 0);
  if (seed)
    std::shuffle(order.begin(), order.end(),
                 std::mt19937_64(seed + launchNumber));
  for (uint32_t number : order) {
    try {
      block.run(number);
    } catch (const Fault &fault) {
      throw Fault(fault.result, fault.lane, describe(block, fault));
    }
  }
  cost.instructions = block.executed;
  cost.threadInstructions = block.executedByLanes;
  return cost;
}
