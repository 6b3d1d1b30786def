//===- Lists.cpp - Lists of models that mean entries of others ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Broken if a program reads beyond the end of a list of its model.
//
//===----------------------------------------------------------------------===//

#include "runtime/ModelLists.h"
#include "test/runtime/Samples.h"

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

TEST(Lists, PlacesAreChecked) {
  auto check = [](void (*damage)(TestLists &)) {
    TestModel test(true, Target::Classes, 10);
    damage(test.lists);
    test.lists.describe(test.model);
    checkLists(test.model);
  };
  const char *damaged = "the program is damaged";
  check([](TestLists &) {});
  EXPECT_ERROR(check([](TestLists &lists) { lists.inputs.clear(); }), damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.targets.clear(); }), damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.streams.clear(); }), damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.terms[1].figure = 8; }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.terms[1].coefficient = 1; }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.terms[1].coefficient = -2; }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.figures[2].of = 8; }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) {
                 lists.coefficients.resize(VIB_MAX_COEFFICIENTS + 1);
               }),
               damaged);
}

} // namespace
