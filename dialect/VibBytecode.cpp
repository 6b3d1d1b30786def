//===- VibBytecode.cpp - Properties in bytecode -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How bytecode encodes the properties that have changed since the first
// version. The type of the attribute at the place of a changed one tells which
// version wrote it:
//
//   op                 | first version           | now
//   vib.conv2d, and    | its windows and its     | the groups, if there are
//   its transpose      | name                    | several, then the same
//   vib.kl             | the prior               | the prior; the unit attribute
//                      |                         | if it is an operand, or if
//                      |                         | there is none
//   vib.loss           | beta or nothing, then   | a dictionary of the
//                      | its name or nothing     | functions, if there are any,
//                      |                         | then the coefficients
//   vib.model          | its name                | names of arguments, if it
//                      |                         | has them, then its name
//   vib.normal         | the noise, its name,    | a dictionary of what the
//                      | and the shift, each     | first version did not have,
//                      | optional                | if there is any of it, then
//                      |                         | the noise, its name, shift
//   vib.prior          | the classes, optional,  | a dictionary of what the
//                      | and its name            | first version did not have,
//                      |                         | if there is any of it, in
//                      |                         | place of the classes
//   vib.reparameterize | the number of samples   | its name, if it has one,
//                      |                         | then the number of samples
//   vib.train          | the average, optional;  | the limit of gradients, if
//                      | the schedule of beta    | there is one, before the
//                      |                         | average; the schedules by
//                      |                         | names
//
//===----------------------------------------------------------------------===//

#include "dialect/Vib.h"
#include "mlir/Bytecode/BytecodeImplementation.h"

using namespace mlir;
using namespace vib;

/// Reads the groups and the dilations of a convolution.
template <typename PropertiesT>
static LogicalResult readGroups(DialectBytecodeReader &reader,
                                PropertiesT &properties) {
  Attribute first;
  if (failed(reader.readAttribute(first)))
    return failure();
  if ((properties.groups = dyn_cast<IntegerAttr>(first)))
    return reader.readAttribute(properties.dilations);
  if ((properties.dilations = dyn_cast<DenseI64ArrayAttr>(first)))
    return success();
  return reader.emitError("expected the groups or the dilations of a "
                          "convolution but got ")
         << first;
}

LogicalResult Conv2DOp::readProperties(DialectBytecodeReader &reader,
                                       OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  return failure(failed(readGroups(reader, properties)) ||
                 failed(reader.readAttribute(properties.kernel)) ||
                 failed(reader.readAttribute(properties.name)) ||
                 failed(reader.readAttribute(properties.padding)) ||
                 failed(reader.readAttribute(properties.strides)));
}

void Conv2DOp::writeProperties(DialectBytecodeWriter &writer) {
  if (getGroupsAttr())
    writer.writeAttribute(getGroupsAttr());
  writer.writeAttribute(getDilationsAttr());
  writer.writeAttribute(getKernelAttr());
  writer.writeAttribute(getNameAttr());
  writer.writeAttribute(getPaddingAttr());
  writer.writeAttribute(getStridesAttr());
}

LogicalResult ConvTranspose2DOp::readProperties(DialectBytecodeReader &reader,
                                                OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  return failure(failed(readGroups(reader, properties)) ||
                 failed(reader.readAttribute(properties.kernel)) ||
                 failed(reader.readAttribute(properties.name)) ||
                 failed(reader.readAttribute(properties.output_padding)) ||
                 failed(reader.readAttribute(properties.padding)) ||
                 failed(reader.readAttribute(properties.strides)));
}

void ConvTranspose2DOp::writeProperties(DialectBytecodeWriter &writer) {
  if (getGroupsAttr())
    writer.writeAttribute(getGroupsAttr());
  writer.writeAttribute(getDilationsAttr());
  writer.writeAttribute(getKernelAttr());
  writer.writeAttribute(getNameAttr());
  writer.writeAttribute(getOutputPaddingAttr());
  writer.writeAttribute(getPaddingAttr());
  writer.writeAttribute(getStridesAttr());
}

LogicalResult KLOp::readProperties(DialectBytecodeReader &reader,
                                   OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  if (failed(reader.readAttribute(properties.prior)))
    return failure();
  if (isa<UnitAttr>(properties.prior))
    properties.prior = nullptr;
  return success();
}

void KLOp::writeProperties(DialectBytecodeWriter &writer) {
  writer.writeAttribute(getPriorAttr() ? getPriorAttr()
                                       : UnitAttr::get(getContext()));
}

LogicalResult LossOp::readProperties(DialectBytecodeReader &reader,
                                     OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  Attribute first;
  if (failed(reader.readOptionalAttribute(first)))
    return failure();
  if (auto later = dyn_cast_or_null<DictionaryAttr>(first)) {
    properties.functions = later.getAs<ArrayAttr>("functions");
    return reader.readAttribute(properties.coefficients);
  }
  if (auto coefficients = dyn_cast_or_null<ArrayAttr>(first)) {
    properties.coefficients = coefficients;
    return success();
  }
  auto beta = dyn_cast_or_null<FloatAttr>(first);
  StringAttr name;
  if (first && !beta)
    return reader.emitError("expected the coefficients of vib.loss but got ")
           << first;
  if (failed(reader.readOptionalAttribute(name)))
    return failure();
  Builder builder(reader.getContext());
  SmallVector<Attribute> coefficients = {CoefficientAttr::get(
      reader.getContext(), "", builder.getF64FloatAttr(1.0))};
  if (beta)
    coefficients.push_back(CoefficientAttr::get(
        reader.getContext(), name ? name.getValue() : "", beta));
  properties.coefficients = builder.getArrayAttr(coefficients);
  return success();
}

void LossOp::writeProperties(DialectBytecodeWriter &writer) {
  if (!getFunctionsAttr())
    return writer.writeOptionalAttribute(getCoefficients());
  Builder builder(getContext());
  writer.writeOptionalAttribute(builder.getDictionaryAttr(
      builder.getNamedAttr("functions", getFunctionsAttr())));
  writer.writeAttribute(getCoefficients());
}

LogicalResult ModelOp::readProperties(DialectBytecodeReader &reader,
                                      OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  Attribute first;
  if (failed(reader.readAttribute(first)))
    return failure();
  if ((properties.sym_name = dyn_cast<StringAttr>(first)))
    return success();
  properties.argument_names = dyn_cast<ArrayAttr>(first);
  if (!properties.argument_names)
    return reader.emitError("expected the name of a vib.model, or the names of "
                            "its arguments, but got ")
           << first;
  return reader.readAttribute(properties.sym_name);
}

void ModelOp::writeProperties(DialectBytecodeWriter &writer) {
  if (getArgumentNamesAttr())
    writer.writeAttribute(getArgumentNamesAttr());
  writer.writeAttribute(getSymNameAttr());
}

LogicalResult NormalOp::readProperties(DialectBytecodeReader &reader,
                                       OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  Attribute first;
  if (failed(reader.readOptionalAttribute(first)))
    return failure();
  if (auto later = dyn_cast_or_null<DictionaryAttr>(first)) {
    properties.high = later.getAs<FloatAttr>("high");
    properties.link = later.getAs<LinkAttr>("link");
    properties.low = later.getAs<FloatAttr>("low");
    properties.noise_size = later.getAs<IntegerAttr>("noise_size");
    first = nullptr;
    if (failed(reader.readOptionalAttribute(first)))
      return failure();
  }
  properties.noise = dyn_cast_or_null<FloatAttr>(first);
  if (first && !properties.noise)
    return reader.emitError("expected the noise of a vib.normal but got ")
           << first;
  return failure(failed(reader.readOptionalAttribute(properties.noise_name)) ||
                 failed(reader.readOptionalAttribute(properties.shift)));
}

void NormalOp::writeProperties(DialectBytecodeWriter &writer) {
  NamedAttrList later;
  auto append = [&](StringRef name, Attribute value) {
    if (value)
      later.append(name, value);
  };
  append("high", getHighAttr());
  append("link", getLinkAttr());
  append("low", getLowAttr());
  append("noise_size", getNoiseSizeAttr());
  if (!later.empty())
    writer.writeOptionalAttribute(later.getDictionary(getContext()));
  writer.writeOptionalAttribute(getNoiseAttr());
  writer.writeOptionalAttribute(getNoiseNameAttr());
  writer.writeOptionalAttribute(getShiftAttr());
}

LogicalResult PriorOp::readProperties(DialectBytecodeReader &reader,
                                      OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  Attribute first;
  if (failed(reader.readOptionalAttribute(first)))
    return failure();
  auto later = dyn_cast_or_null<DictionaryAttr>(first);
  if (later)
    properties.components = later.getAs<IntegerAttr>("components");
  else
    properties.classes = dyn_cast_or_null<IntegerAttr>(first);
  if (first && !later && !properties.classes)
    return reader.emitError("expected the classes or the components of a "
                            "vib.prior but got ")
           << first;
  return reader.readAttribute(properties.name);
}

void PriorOp::writeProperties(DialectBytecodeWriter &writer) {
  Attribute first = getClassesAttr();
  if (getComponentsAttr())
    first = Builder(getContext())
                .getDictionaryAttr(NamedAttribute(getComponentsAttrName(),
                                                  getComponentsAttr()));
  writer.writeOptionalAttribute(first);
  writer.writeAttribute(getNameAttr());
}

LogicalResult ReparameterizeOp::readProperties(DialectBytecodeReader &reader,
                                               OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  Attribute first;
  if (failed(reader.readOptionalAttribute(first)))
    return failure();
  properties.name = dyn_cast_or_null<StringAttr>(first);
  if (properties.name)
    return reader.readOptionalAttribute(properties.samples);
  properties.samples = dyn_cast_or_null<IntegerAttr>(first);
  if (first && !properties.samples)
    return reader.emitError("expected the samples or the name of a "
                            "vib.reparameterize but got ")
           << first;
  return success();
}

void ReparameterizeOp::writeProperties(DialectBytecodeWriter &writer) {
  if (getNameAttr())
    writer.writeOptionalAttribute(getNameAttr());
  writer.writeOptionalAttribute(getSamplesAttr());
}

LogicalResult TrainOp::readProperties(DialectBytecodeReader &reader,
                                      OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  Attribute first, schedules;
  if (failed(reader.readOptionalAttribute(first)))
    return failure();
  if (isa_and_nonnull<ClipAttrInterface>(first)) {
    properties.clip = first;
    first = nullptr;
    if (failed(reader.readOptionalAttribute(first)))
      return failure();
  }
  properties.average = dyn_cast_or_null<FloatAttr>(first);
  if (first && !properties.average)
    return reader.emitError("expected the average of a vib.train but got ")
           << first;
  if (failed(reader.readAttribute(properties.batch)) ||
      failed(reader.readAttribute(schedules)) ||
      failed(reader.readAttribute(properties.epochs)) ||
      failed(reader.readAttribute(properties.init)) ||
      failed(reader.readAttribute(properties.model)) ||
      failed(reader.readAttribute(properties.optimizer)) ||
      failed(reader.readAttribute(properties.schedule)) ||
      failed(reader.readAttribute(properties.seed)))
    return failure();
  Builder builder(reader.getContext());
  if (auto dictionary = dyn_cast<DictionaryAttr>(schedules))
    properties.coefficients = dictionary;
  else if (schedules ==
           ConstantAttr::get(reader.getContext(), builder.getF64FloatAttr(0)))
    properties.coefficients = builder.getDictionaryAttr({});
  else if (isa<ScheduleAttrInterface>(schedules))
    properties.coefficients =
        builder.getDictionaryAttr(builder.getNamedAttr("beta", schedules));
  else
    return reader.emitError("expected the schedules of vib.train but got ")
           << schedules;
  return success();
}

void TrainOp::writeProperties(DialectBytecodeWriter &writer) {
  if (getClipAttr())
    writer.writeOptionalAttribute(getClipAttr());
  writer.writeOptionalAttribute(getAverageAttr());
  writer.writeAttribute(getBatchAttr());
  writer.writeAttribute(getCoefficientsAttr());
  writer.writeAttribute(getEpochsAttr());
  writer.writeAttribute(getInitAttr());
  writer.writeAttribute(getModelAttr());
  writer.writeAttribute(getOptimizerAttr());
  writer.writeAttribute(getScheduleAttr());
  writer.writeAttribute(getSeedAttr());
}
