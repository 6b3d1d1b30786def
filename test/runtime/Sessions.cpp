//===- Sessions.cpp - What a session refuses ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CpuSession.h"
#include "test/runtime/MockModel.h"
#include "test/runtime/Samples.h"

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

TEST(CpuSession, OrderOutsideOfTheSplitIsAnError) {
  const VibModel &model = mockClassifier();
  std::vector<Inputs> inputs = {
      makeInputs({ElementType::U8, {3, 4}, Bytes(12)}, "x", model)};
  CpuSession session(model, 1);
  int rows = session.addRows(inputs, nullptr);
  session.setTrainingOrder(rows, {2, 0, 1, 2});
  EXPECT_ERROR(session.setTrainingOrder(rows, {2, 0, 3}),
               "row 3 was requested, but the split has 3");
}

TEST(CpuSession, theOrderIsTheSessionsOwn) {
  const VibModel &model = mockClassifier();
  std::vector<Inputs> inputs = {
      makeInputs({ElementType::U8, {3, 4}, Bytes(12)}, "x", model)};
  CpuSession session(model, 1);
  std::vector<uint32_t> order = {2, 0, 1};
  session.setTrainingOrder(session.addRows(inputs, nullptr), order);
  order.assign(3, 7);
  EXPECT_EQ(session.takeTrainingOrder(), (std::vector<uint32_t>{2, 0, 1}));
  EXPECT_TRUE(session.takeTrainingOrder().empty());
}

TEST(Session, rowsBeyond31BitsKeepTheirNumbers) {
  VibStep step = {};
  setRows(step, (INT64_C(1) << 31) + 5, 3, maxRows);
  EXPECT_EQ(int64_t(step.row0), 2147483653);
  setRows(step, maxRows - 1, 1, maxRows);
  EXPECT_EQ(int64_t(step.row0), 4294967295);
  EXPECT_EQ(step.rows, 1);
}

} // namespace
