//===- CudaRows.cpp - The rows of a split on a GPU ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaRows.h"
#include "runtime/CudaOutputs.h"
#include "runtime/ModelLists.h"
#include "runtime/Session.h"

#include <numeric>

namespace vib::runtime {

namespace {

/// Calls `use` with the address and the size in bytes of `values`. Floats are
/// converted to the tensor's type.
template <typename From, typename Use>
void useAs(const VibTensor &tensor, const From *values, size_t count, Use use) {
  auto convert = [&](auto zero) {
    std::vector<decltype(zero)> converted(values, values + count);
    use(converted.data(), count * sizeof(zero));
  };
  bool wide = tensor.type == VIB_F64;
  if (std::is_integral_v<From> || wide == (sizeof(From) == sizeof(double)))
    use(values, count * sizeof(From));
  else if (wide)
    convert(double());
  else
    convert(float());
}

template <typename Use>
void useInputs(const VibTensor &tensor, const Array &array, Use use) {
  const void *values = array.elements();
  size_t count = size_t(array.rows() * array.rowElements());
  if (array.type == ElementType::F64)
    useAs(tensor, static_cast<const double *>(values), count, use);
  else if (array.type == ElementType::F32)
    useAs(tensor, static_cast<const float *>(values), count, use);
  else if (array.type == ElementType::I32)
    useAs(tensor, static_cast<const int32_t *>(values), count, use);
  else
    useAs(tensor, static_cast<const uint8_t *>(values), count, use);
}

} // namespace

CudaRows::CudaRows(const CudaDevice &device, const VibModel &model,
                   const std::vector<Inputs> &inputs,
                   const std::vector<Labels> *labels)
    : device(device), count(size_t(inputs.front().rows())),
      inputMemory(inputs.size()), labelMemory(model.num_targets) {
  auto upload = [&](CudaMemory &memory, const char *what) {
    return [&memory, what, this](const void *values, size_t bytes) {
      memory = this->device.allocate(bytes, what);
      this->device.upload(memory.get(), values, bytes, what);
    };
  };
  for (uint32_t i = 0; i < inputs.size(); ++i)
    useInputs(inputTensor(model, i), inputs[i].array,
              upload(inputMemory[i], "the inputs of the data"));
  for (uint32_t i = 0; i < model.num_targets; ++i) {
    if (isReconstruction(model.targets[i]))
      continue;
    const VibTensor &y = getTensor(model, model.targets[i].tensor);
    auto toLabels = upload(labelMemory[i], "the labels of the data");
    if (!labels)
      labelMemory[i] = device.allocate(sizeOf(y) / uint64_t(y.shape[0]) * count,
                                       "the labels of the data");
    else if (hasClasses(model.targets[i]))
      useAs(y, (*labels)[i].classes.data(), count, toLabels);
    else
      useAs(y, (*labels)[i].targets.data(), (*labels)[i].targets.size(),
            toLabels);
  }
  orderMemory =
      device.allocate(count * sizeof(uint32_t), "the order of the data");
  setOrder({});
}

std::vector<cuda::Pointer> CudaRows::arrays() const {
  std::vector<cuda::Pointer> pointers;
  for (const CudaMemory &memory : inputMemory)
    pointers.push_back(memory.get());
  for (const CudaMemory &memory : labelMemory)
    if (memory.get())
      pointers.push_back(memory.get());
  return pointers;
}

void CudaRows::setOrder(const std::vector<uint32_t> &order) {
  if (order.empty() && ordered)
    return;
  std::vector<uint32_t> plain;
  if (order.empty()) {
    plain.resize(count);
    std::iota(plain.begin(), plain.end(), uint32_t(0));
  }
  const std::vector<uint32_t> &from = order.empty() ? plain : order;
  device.upload(orderMemory.get(), from.data(), from.size() * sizeof(uint32_t),
                "the order of the data");
  ordered = order.empty();
}

} // namespace vib::runtime
