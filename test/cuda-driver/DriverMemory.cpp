//===- DriverMemory.cpp - Entry points: memory ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A copy to the device from host memory that is not pinned reads that memory at
// the time of the call. A copy to such memory is finished when the call
// returns. For pinned memory both happen when the stream gets to the copy.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Entry.h"

#include <cstring>

using namespace vib::cuda;

namespace {

/// The host address of device bytes, and whether they are initialized.
struct Bytes {
  uint8_t *data, *initialized;
};

Bytes bytesAt(Device &device, uint64_t address, size_t size) {
  Allocation *allocation = device.memory.find(address);
  require(allocation && allocation->contains(address, size));
  uint64_t place = address - allocation->address;
  return {allocation->data.data() + place,
          allocation->initialized.data() + place};
}

bool isPinned(const Device &device, const void *pointer, size_t size) {
  auto address = static_cast<const uint8_t *>(pointer);
  auto after = device.pinnedSizes.upper_bound(const_cast<uint8_t *>(address));
  if (after == device.pinnedSizes.begin())
    return false;
  auto [begin, bytes] = *std::prev(after);
  return address + size <= begin + bytes;
}

void copyToDevice(Device &device, uint64_t to, const void *from, size_t size) {
  Bytes bytes = bytesAt(device, to, size);
  std::memcpy(bytes.data, from, size);
  std::memset(bytes.initialized, 1, size);
}

} // namespace

VIB_CUDA_ENTRY cuMemAlloc_v2(CUdeviceptr *address, size_t size) {
  return enter("cuMemAlloc_v2", Need::Context, [&](Device *device) {
    require(address && size);
    device->refuseDuringCapture();
    Allocation *allocation = device->memory.allocate(size);
    require(allocation, CUDA_ERROR_OUT_OF_MEMORY);
    *address = allocation->address;
  });
}

VIB_CUDA_ENTRY cuMemFree_v2(CUdeviceptr address) {
  return enter("cuMemFree_v2", Need::Context, [&](Device *device) {
    device->refuseDuringCapture();
    // Like the driver, wait for all work that may use the memory.
    device->drainAll();
    require(device->memory.release(address));
  });
}

VIB_CUDA_ENTRY cuMemGetInfo_v2(size_t *free, size_t *total) {
  return enter("cuMemGetInfo_v2", Need::Context, [&](Device *device) {
    require(free && total);
    *free = device->memory.free();
    *total = device->memory.total();
  });
}

VIB_CUDA_ENTRY cuMemAllocHost_v2(void **pointer, size_t size) {
  return enter("cuMemAllocHost_v2", Need::Context, [&](Device *device) {
    require(pointer && size);
    device->refuseDuringCapture();
    std::unique_ptr<uint8_t[]> memory(new uint8_t[size]);
    std::memset(memory.get(), 0xFF, size);
    *pointer = memory.get();
    device->pinnedSizes[memory.get()] = size;
    device->pinned[memory.get()] = std::move(memory);
  });
}

VIB_CUDA_ENTRY cuMemFreeHost(void *pointer) {
  return enter("cuMemFreeHost", Need::Context, [&](Device *device) {
    device->refuseDuringCapture();
    auto found = device->pinned.find(static_cast<uint8_t *>(pointer));
    require(found != device->pinned.end());
    device->drainAll();
    device->pinnedSizes.erase(found->first);
    device->pinned.erase(found);
  });
}

VIB_CUDA_ENTRY cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from,
                                    size_t size, CUstream handle) {
  return enter("cuMemcpyHtoDAsync_v2", Need::Context, [&](Device *device) {
    std::shared_ptr<Stream> stream = findStream(*device, handle);
    if (!size)
      return;
    require(from);
    bytesAt(*device, to, size);
    if (stream->capture || isPinned(*device, from, size)) {
      device->submit(stream, [=](Device &device) {
        copyToDevice(device, to, from, size);
      });
      return;
    }
    auto bytes = static_cast<const uint8_t *>(from);
    device->submit(stream, [to, staged = std::vector<uint8_t>(
                                    bytes, bytes + size)](Device &device) {
      copyToDevice(device, to, staged.data(), staged.size());
    });
  });
}

VIB_CUDA_ENTRY cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t size,
                                    CUstream handle) {
  return enter("cuMemcpyDtoHAsync_v2", Need::Context, [&](Device *device) {
    std::shared_ptr<Stream> stream = findStream(*device, handle);
    if (!size)
      return;
    require(to);
    bytesAt(*device, from, size);
    device->submit(stream, [=](Device &device) {
      std::memcpy(to, bytesAt(device, from, size).data, size);
    });
    if (!stream->capture && !isPinned(*device, to, size))
      device->drain(*stream);
  });
}

VIB_CUDA_ENTRY cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from,
                                    size_t size, CUstream handle) {
  return enter("cuMemcpyDtoDAsync_v2", Need::Context, [&](Device *device) {
    std::shared_ptr<Stream> stream = findStream(*device, handle);
    if (!size)
      return;
    bytesAt(*device, to, size);
    bytesAt(*device, from, size);
    device->submit(stream, [=](Device &device) {
      Bytes target = bytesAt(device, to, size);
      Bytes source = bytesAt(device, from, size);
      std::memmove(target.data, source.data, size);
      std::memmove(target.initialized, source.initialized, size);
    });
  });
}

VIB_CUDA_ENTRY cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count,
                                CUstream handle) {
  return enter("cuMemsetD32Async", Need::Context, [&](Device *device) {
    std::shared_ptr<Stream> stream = findStream(*device, handle);
    if (!count)
      return;
    require(to % 4 == 0 && count <= SIZE_MAX / 4);
    bytesAt(*device, to, 4 * count);
    device->submit(stream, [=](Device &device) {
      Bytes target = bytesAt(device, to, 4 * count);
      for (size_t i = 0; i != count; ++i)
        std::memcpy(target.data + 4 * i, &value, 4);
      std::memset(target.initialized, 1, 4 * count);
    });
  });
}
