//===- Vib.td - Everything in the vib dialect --------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "VibBase.td"
include "VibSlot.td"
include "VibTypes.td"
include "VibYield.td"
include "VibModelOps.td"
include "VibTraining.td"
include "VibLayerOps.td"
include "VibTokenOps.td"
include "VibWindowOps.td"
include "VibShapeOps.td"
include "VibNormOps.td"
include "VibActivationOps.td"
include "VibDistributionOps.td"
include "VibLossOps.td"
include "VibKernelOps.td"
include "VibPlan.td"
include "VibPlaces.td"
include "VibMetadata.td"
include "VibKernelInfo.td"
include "VibOptions.td"
