//===- Descriptor.cpp - The constant vib_model ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fills the structs of runtime/Abi.h with what the attributes of a module say.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Descriptor.h"
#include "compiler/gpu/Launches.h"
#include "compiler/object/AbiStruct.h"
#include "compiler/object/Figures.h"
#include "compiler/object/Options.h"
#include "compiler/object/Target.h"
#include "compiler/ptx/GpuArch.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "runtime/Abi.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalVariable.h"

using namespace mlir;
using namespace vib;

namespace {
class DescriptorEmitter {
public:
  DescriptorEmitter(ModuleOp module, llvm::Module &llvmModule)
      : module(module), llvmModule(llvmModule),
        context(llvmModule.getContext()) {}

  LogicalResult emit(const CompileOptions &options, const TargetInfo &target,
                     const GpuCode *gpu);

private:
  /// Whether the runtime reads or writes what entries exchange among
  /// themselves: an attack does, and so does the start of pseudo-inputs.
  bool isScaledRead();
  llvm::Constant *emitParameters(uint32_t &count);
  llvm::Constant *emitState(uint32_t &count);
  llvm::Constant *emitTensors(uint32_t &count);
  llvm::Constant *emitKernels(uint32_t &count);
  llvm::Constant *emitKernel(KernelInfoAttr info);
  /// The launches of all entries, and the table of their kernels.
  llvm::Constant *emitGpu(const GpuCode &gpu, llvm::Constant *&kernels,
                          uint32_t &numKernels);
  llvm::Constant *emitSchedule(const Schedule &schedule, unsigned figure = 0);
  llvm::Constant *emitInputs(ModelAttr model);
  llvm::Constant *emitTargets(ModelAttr model);
  llvm::Constant *emitStreams(ModelAttr model);
  llvm::Constant *emitCoefficients(ModelAttr model, TrainingAttr training,
                                   ArrayRef<Figure> figures);
  llvm::Constant *emitTerms(ModelAttr model, ArrayRef<Figure> figures);
  llvm::Constant *emitFigures(ArrayRef<Figure> figures);
  /// Reports two figures, or a figure and a coefficient, of one name.
  LogicalResult verifyKeys(ModelAttr model, ArrayRef<Figure> figures);

  llvm::Constant *numbers(ArrayRef<int64_t> values) {
    if (values.empty())
      return null();
    SmallVector<uint64_t> elements(values.begin(), values.end());
    return constant(llvm::ConstantDataArray::get(context, elements), "");
  }
  /// The name of a tensor, or null if the module has none of that name.
  llvm::Constant *tensorName(StringRef name) {
    auto tensors = get<ArrayAttr>(kTensorsAttrName);
    return tensors && llvm::any_of(tensors.getAsRange<TensorAttr>(),
                                   [&](TensorAttr tensor) {
                                     return tensor.getName() == name &&
                                            !tensor.getInternal();
                                   })
               ? string(name)
               : null();
  }
  llvm::Constant *null() {
    return llvm::ConstantPointerNull::get(llvm::PointerType::get(context, 0));
  }
  llvm::Constant *string(StringRef text) {
    llvm::GlobalVariable *&global = strings[text];
    if (!global)
      global = constant(llvm::ConstantDataArray::getString(context, text), "",
                        /*mergeable=*/true);
    return global;
  }
  llvm::GlobalVariable *constant(llvm::Constant *value, const Twine &name,
                                 bool mergeable = false) {
    auto *global = new llvm::GlobalVariable(
        llvmModule, value->getType(), /*isConstant=*/true,
        llvm::GlobalValue::PrivateLinkage, value, name);
    if (mergeable)
      global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    return global;
  }
  llvm::Constant *table(ArrayRef<llvm::Constant *> rows, StringRef name) {
    if (rows.empty())
      return null();
    auto *type = llvm::ArrayType::get(rows.front()->getType(), rows.size());
    return constant(llvm::ConstantArray::get(type, rows), name);
  }
  /// The function of the entry `name`, or null if the model has none.
  llvm::Constant *entry(StringRef name) {
    llvm::Function *function = llvmModule.getFunction((name + ".call").str());
    if (!function || function->isDeclaration())
      return null();
    function->setLinkage(llvm::GlobalValue::InternalLinkage);
    return function;
  }
  /// An attribute of the module. Reports its absence.
  template <typename AttrT> AttrT get(StringRef name) {
    auto attribute = module->getAttrOfType<AttrT>(name);
    if (!attribute) {
      module.emitError("expected the module to have ") << name;
      hasFailed = true;
    }
    return attribute;
  }

  ModuleOp module;
  llvm::Module &llvmModule;
  llvm::LLVMContext &context;
  llvm::StringMap<llvm::GlobalVariable *> strings;
  bool hasFailed = false;
};
} // namespace

/// The VibType of an element of a parameter or a tensor.
static VibType getAbiType(Type type) {
  if (type.isInteger(8))
    return VIB_U8;
  if (type.isInteger(32))
    return VIB_I32;
  if (type.isF64())
    return VIB_F64;
  return type.isBF16() ? VIB_BF16 : VIB_F32;
}

static VibType getAbiType(Precision precision) {
  switch (precision) {
  case Precision::F32:
    return VIB_F32;
  case Precision::F64:
    return VIB_F64;
  case Precision::BF16:
    return VIB_BF16;
  case Precision::TF32:
    return VIB_TF32;
  }
  llvm_unreachable("all precisions are covered");
}

/// The columns of a panel, 0 for a row-major tensor, and the bytes from the
/// start of a panel to that of the next.
static std::pair<int64_t, int64_t> getPanel(PlaceAttr place,
                                            RankedTensorType type) {
  return {place.getPanel() == 0 ? 0 : place.getRow(),
          place.getPanel() * getElementBytes(type.getElementType())};
}

bool DescriptorEmitter::isScaledRead() {
  auto parameters = module->getAttrOfType<ArrayAttr>(kParametersAttrName);
  return module.lookupSymbol("input_gradients") ||
         (parameters && llvm::any_of(parameters.getAsRange<ParameterAttr>(),
                                     [](ParameterAttr parameter) {
                                       return parameter.getInit() ==
                                              Initialization::Examples;
                                     }));
}

llvm::Constant *DescriptorEmitter::emitParameters(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  auto parameters = get<ArrayAttr>(kParametersAttrName);
  if (!parameters)
    return null();
  for (auto parameter : parameters.getAsRange<ParameterAttr>()) {
    if (parameter.isState())
      continue;
    RankedTensorType type = parameter.getType();
    PlaceAttr place = parameter.getPlace();
    if (!place) {
      module.emitError("expected a place of ") << parameter;
      hasFailed = true;
      continue;
    }
    auto [panel, panelBytes] = getPanel(place, type);
    AbiStruct<VibParameter> row(context, "VibParameter");
    row.set(&VibParameter::name, string(parameter.getName()));
    row.set(&VibParameter::type, getAbiType(type.getElementType()));
    row.set(&VibParameter::rank, type.getRank());
    row.set(&VibParameter::shape, numbers(type.getShape()));
    row.set(&VibParameter::permutation, numbers(parameter.getPermutation()));
    row.set(&VibParameter::init, static_cast<uint32_t>(parameter.getInit()));
    row.set(&VibParameter::init_scale, parameter.getScale().getValueAsDouble());
    row.set(&VibParameter::offset, place.getOffset());
    row.set(&VibParameter::panel, panel);
    row.set(&VibParameter::panel_bytes, panelBytes);
    rows.push_back(row.get());
  }
  count = rows.size();
  return table(rows, "vib_parameters");
}

static VibStateKind getStateKind(Initialization init) {
  switch (init) {
  case Initialization::Mean:
    return VIB_STATE_MEAN;
  case Initialization::Deviation:
    return VIB_STATE_DEVIATION;
  case Initialization::RunningMean:
    return VIB_STATE_RUNNING_MEAN;
  case Initialization::RunningVariance:
    return VIB_STATE_RUNNING_VARIANCE;
  default:
    llvm_unreachable("a parameter is no state");
  }
}

llvm::Constant *DescriptorEmitter::emitState(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  auto parameters = get<ArrayAttr>(kParametersAttrName);
  if (!parameters)
    return null();
  for (auto state : parameters.getAsRange<ParameterAttr>()) {
    if (!state.isState() || !state.getPlace())
      continue;
    RankedTensorType type = state.getType();
    AbiStruct<VibState> row(context, "VibState");
    row.set(&VibState::name, string(state.getName()));
    row.set(&VibState::type, getAbiType(type.getElementType()));
    row.set(&VibState::rank, type.getRank());
    row.set(&VibState::shape, numbers(type.getShape()));
    row.set(&VibState::offset, state.getPlace().getOffset());
    row.set(&VibState::kind, getStateKind(state.getInit()));
    row.set(&VibState::input,
            state.isRunning()
                ? 0
                : static_cast<uint32_t>(state.getScale().getValueAsDouble()));
    rows.push_back(row.get());
  }
  count = rows.size();
  return table(rows, "vib_state");
}

llvm::Constant *DescriptorEmitter::emitTensors(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  auto tensors = get<ArrayAttr>(kTensorsAttrName);
  if (!tensors)
    return null();
  for (auto tensor : tensors.getAsRange<TensorAttr>()) {
    if (tensor.getInternal() && !isScaledRead())
      continue;
    RankedTensorType type = tensor.getType();
    AbiStruct<VibTensor> row(context, "VibTensor");
    row.set(&VibTensor::name, string(tensor.getName()));
    row.set(&VibTensor::type, getAbiType(type.getElementType()));
    row.set(&VibTensor::rank, type.getRank());
    row.set(&VibTensor::shape, type.getShape());
    auto [panel, panelBytes] = getPanel(tensor.getPlace(), type);
    row.set(&VibTensor::offset, tensor.getPlace().getOffset());
    row.set(&VibTensor::panel_bytes, panelBytes);
    row.set(&VibTensor::panel, panel);
    row.set(&VibTensor::pad, 0);
    rows.push_back(row.get());
  }
  count = rows.size();
  return table(rows, "vib_tensors");
}

llvm::Constant *DescriptorEmitter::emitKernel(KernelInfoAttr info) {
  AbiStruct<VibKernel> kernel(context, "VibKernel");
  kernel.set(&VibKernel::name, string(info.getName()));
  kernel.set(&VibKernel::entry, string(info.getEntry()));
  kernel.set(&VibKernel::flops, info.getFlops().getValueAsDouble());
  kernel.set(&VibKernel::bytes, info.getBytes().getValueAsDouble());
  kernel.set(&VibKernel::units, info.getUnits());
  return kernel.get();
}

llvm::Constant *DescriptorEmitter::emitKernels(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (auto info = function->getAttrOfType<KernelInfoAttr>(kKernelAttrName))
      rows.push_back(emitKernel(info));
  count = rows.size();
  return table(rows, "vib_kernels");
}

/// The entry of the runtime that a function of the phase kernels implements.
static std::optional<VibGpuEntry> getGpuEntry(StringRef name) {
  return llvm::StringSwitch<std::optional<VibGpuEntry>>(name)
      .Case("scale", VIB_GPU_SCALE)
      .Case("train_step", VIB_GPU_TRAIN_STEP)
      .Case("encode", VIB_GPU_ENCODE)
      .Case("evaluate", VIB_GPU_EVALUATE)
      .Case("draw", VIB_GPU_DRAW)
      .Case("decode", VIB_GPU_DECODE)
      .Case("gather", VIB_GPU_GATHER)
      .Default(std::nullopt);
}

llvm::Constant *DescriptorEmitter::emitGpu(const GpuCode &gpu,
                                           llvm::Constant *&kernels,
                                           uint32_t &numKernels) {
  SmallVector<llvm::Constant *> launches, rows;
  auto emitLaunch = [&](func::FuncOp entry, gpu::LaunchFuncOp launch) {
    std::optional<VibGpuEntry> number = getGpuEntry(entry.getName());
    Operation *function =
        SymbolTable::lookupNearestSymbolFrom(launch, launch.getKernel());
    auto infos = function ? function->getAttrOfType<ArrayAttr>(kKernelsAttrName)
                          : ArrayAttr();
    if (!number || !infos) {
      launch.emitError("expected a launch by an entry of the runtime of a "
                       "kernel with vib.kernels");
      hasFailed = true;
      return;
    }
    LaunchSizes sizes = getLaunchSizes(launch);
    AbiStruct<VibLaunch> row(context, "VibLaunch");
    row.set(&VibLaunch::function, string(launch.getKernelName().getValue()));
    row.set(&VibLaunch::entry, *number);
    row.set(&VibLaunch::blocks, sizes.blocks);
    row.set(&VibLaunch::threads, sizes.threads);
    row.set(&VibLaunch::shared_bytes, sizes.sharedBytes);
    row.set(&VibLaunch::first_kernel, rows.size());
    row.set(&VibLaunch::num_kernels, infos.size());
    launches.push_back(row.get());
    for (auto info : infos.getAsRange<KernelInfoAttr>())
      rows.push_back(emitKernel(info));
  };
  // Only what is there has been verified, by VerifyGpuKernels.
  for (auto entry : module.getOps<func::FuncOp>())
    for (auto launch : entry.getOps<gpu::LaunchFuncOp>())
      emitLaunch(entry, launch);
  numKernels = rows.size();
  kernels = table(rows, "vib_kernels");
  llvm::Constant *cubin = null();
  if (!gpu.cubin.empty())
    cubin = constant(llvm::ConstantDataArray::getString(context, gpu.cubin,
                                                        /*AddNull=*/false),
                     "vib_cubin");
  AbiStruct<VibGpu> device(context, "VibGpu");
  device.set(&VibGpu::arch, string(gpu.arch.name));
  device.set(&VibGpu::capability, gpu.arch.capability);
  device.set(&VibGpu::num_launches, launches.size());
  device.set(&VibGpu::launches, table(launches, "vib_launches"));
  device.set(&VibGpu::ptx,
             constant(llvm::ConstantDataArray::getString(context, gpu.ptx),
                      "vib_ptx"));
  device.set(&VibGpu::ptx_bytes, gpu.ptx.size() + 1);
  device.set(&VibGpu::cubin, cubin);
  device.set(&VibGpu::cubin_bytes, gpu.cubin.size());
  return constant(device.get(), "vib_gpu");
}

llvm::Constant *DescriptorEmitter::emitSchedule(const Schedule &schedule,
                                                unsigned figure) {
  auto emitEnd = [&](const ScheduleEnd &end) {
    AbiStruct<VibScheduleEnd> value(context, "VibScheduleEnd");
    value.set(&VibScheduleEnd::value, end.value);
    value.set(&VibScheduleEnd::relative, end.isRelative);
    value.set(&VibScheduleEnd::pad, 0);
    return value.get();
  };
  AbiStruct<VibSchedule> value(context, "VibSchedule");
  value.set(&VibSchedule::kind, static_cast<uint32_t>(schedule.kind));
  value.set(&VibSchedule::figure, figure);
  value.set(&VibSchedule::factor, schedule.factor);
  value.set(&VibSchedule::from, emitEnd(schedule.from));
  value.set(&VibSchedule::to, emitEnd(schedule.to));
  value.set(&VibSchedule::epochs, schedule.epochs);
  value.set(&VibSchedule::delay_epochs, schedule.delayEpochs);
  value.set(&VibSchedule::warmup_epochs, schedule.warmupEpochs);
  value.set(&VibSchedule::cycles, schedule.cycles);
  value.set(&VibSchedule::cap, schedule.cap);
  return value.get();
}

llvm::Constant *DescriptorEmitter::emitInputs(ModelAttr model) {
  SmallVector<llvm::Constant *> rows;
  for (auto [i, input] : llvm::enumerate(model.getInputs())) {
    std::string raw = model.getTensorName("image", model.getInputs(), i);
    bool isScaled = tensorName(raw) != null();
    std::string tensor =
        isScaled ? raw : model.getTensorName("x", model.getInputs(), i);
    ArrayRef<int64_t> shape = ModelAttr::getShape(input);
    AbiStruct<VibInput> row(context, "VibInput");
    row.set(&VibInput::name, string(input.getName()));
    row.set(&VibInput::tensor, string(tensor));
    row.set(&VibInput::scaled, isScaled);
    row.set(&VibInput::rank, shape.size());
    row.set(&VibInput::shape, numbers(shape));
    row.set(&VibInput::bypassed,
            model.getBypassed() &&
                llvm::is_contained(model.getBypassed(), input.getName()));
    row.set(&VibInput::values,
            static_cast<uint32_t>(model.getNumValues(input)));
    row.set(&VibInput::x,
            isScaledRead()
                ? string(model.getTensorName("x", model.getInputs(), i))
                : null());
    row.set(&VibInput::gradient,
            tensorName(model.getTensorName("dx", model.getInputs(), i)));
    rows.push_back(row.get());
  }
  return table(rows, "vib_inputs");
}

/// What the runtime calls a likelihood: the name of its type in the language.
static StringRef getWord(DistributionTypeInterface likelihood) {
  return likelihood.getAbstractType().getName().split('.').second;
}

llvm::Constant *DescriptorEmitter::emitTargets(ModelAttr model) {
  SmallVector<llvm::Constant *> rows;
  for (auto [i, target] : llvm::enumerate(model.getLikelihoods())) {
    DistributionTypeInterface likelihood = ModelAttr::getDistribution(target);
    int64_t classes = likelihood.getNumClasses();
    auto name = [&, i = i](StringRef base) {
      return model.getTensorName(base, model.getLikelihoods(), i);
    };
    AbiStruct<VibTarget> row(context, "VibTarget");
    row.set(&VibTarget::name, string(target.getName()));
    row.set(&VibTarget::tensor,
            model.getReconstructed(target) ? null() : string(name("y")));
    row.set(&VibTarget::classes, classes);
    row.set(&VibTarget::outputs, likelihood.getSize());
    row.set(&VibTarget::likelihood, string(getWord(likelihood)));
    row.set(&VibTarget::predicted,
            string(classes != 0 || likelihood.isOfUnitInterval()
                       ? "probabilities"
                       : "means"));
    row.set(&VibTarget::prediction, tensorName(name("prediction")));
    row.set(&VibTarget::logits, tensorName(name("logits")));
    rows.push_back(row.get());
  }
  return table(rows, "vib_targets");
}

llvm::Constant *DescriptorEmitter::emitStreams(ModelAttr model) {
  SmallVector<llvm::Constant *> rows;
  for (auto [i, posterior] : llvm::enumerate(model.getPosteriors())) {
    auto tensor = [&, i = i](StringRef base) {
      return tensorName(model.getTensorName(base, model.getPosteriors(), i));
    };
    AbiStruct<VibStream> row(context, "VibStream");
    row.set(&VibStream::name, string(posterior.getName()));
    row.set(&VibStream::number, i);
    row.set(&VibStream::latents,
            ModelAttr::getDistribution(posterior).getSize());
    row.set(&VibStream::samples, model.getSamples());
    row.set(&VibStream::mean, tensor("mu"));
    row.set(&VibStream::deviation, tensor("sigma"));
    row.set(&VibStream::factor, tensor("cholesky"));
    row.set(&VibStream::sample, tensor("z"));
    row.set(
        &VibStream::rate,
        tensor(model.getRateName(i) == "drawn_rate" ? "drawn_rate" : "rate"));
    row.set(&VibStream::rate_each, tensor("rate_each"));
    row.set(&VibStream::rate_parts,
            ModelAttr::getDistribution(posterior).getRateParts());
    row.set(&VibStream::log_probabilities, tensor("log_probabilities"));
    rows.push_back(row.get());
  }
  return table(rows, "vib_streams");
}

/// The place of the rate that a dual ascent follows, which training computes.
static std::optional<unsigned> findRate(ArrayRef<Figure> figures,
                                        StringRef name) {
  const auto *found = llvm::find_if(figures, [&](const Figure &figure) {
    bool isRate = figure.bound == VIB_AT_MOST || figure.kind == VIB_BLOCK_MEAN;
    return isRate && figure.isTrained && figure.name == (name + "_bits").str();
  });
  if (found == figures.end())
    return std::nullopt;
  return found - figures.begin();
}

llvm::Constant *DescriptorEmitter::emitCoefficients(ModelAttr model,
                                                    TrainingAttr training,
                                                    ArrayRef<Figure> figures) {
  SmallVector<llvm::Constant *> rows;
  for (CoefficientAttr coefficient : model.getNamedCoefficients()) {
    double value = coefficient.getValue().getValueAsDouble();
    std::optional<Schedule> schedule =
        training.getScheduleOf(coefficient.getName()).resolve(value);
    if (!schedule) {
      module.emitError("expected one end of the schedule of '")
          << coefficient.getName() << "' to be its value";
      hasFailed = true;
      return null();
    }
    unsigned figure = 0;
    if (auto dual = dyn_cast_or_null<DualAttr>(
            training.getCoefficients().get(coefficient.getName()))) {
      std::optional<unsigned> rate =
          findRate(figures, dual.getRate().getValue());
      if (!rate) {
        module.emitError("expected the dual ascent of '")
            << coefficient.getName() << "' to follow a rate that is a term of "
            << "the loss, but there is no '" << dual.getRate().getValue()
            << "'";
        hasFailed = true;
        return null();
      }
      figure = *rate;
    }
    AbiStruct<VibCoefficient> row(context, "VibCoefficient");
    row.set(&VibCoefficient::name, string(coefficient.getName()));
    row.set(&VibCoefficient::value, value);
    row.set(&VibCoefficient::schedule, emitSchedule(*schedule, figure));
    row.set(&VibCoefficient::kind,
            static_cast<uint32_t>(model.isTemperature(coefficient)
                                      ? VIB_TEMPERATURE
                                      : VIB_FACTOR));
    row.set(&VibCoefficient::pad, 0);
    rows.push_back(row.get());
  }
  return table(rows, "vib_coefficients");
}

llvm::Constant *DescriptorEmitter::emitTerms(ModelAttr model,
                                             ArrayRef<Figure> figures) {
  SmallVector<CoefficientAttr> named = model.getNamedCoefficients();
  auto getPlace = [&](CoefficientAttr value) -> int32_t {
    return value && value.isNamed() ? llvm::find(named, value) - named.begin()
                                    : -1;
  };
  SmallVector<llvm::Constant *> rows;
  for (auto [i, factor, function] :
       llvm::enumerate(model.getCoefficients().getAsRange<CoefficientAttr>(),
                       model.getTermFunctions())) {
    StringRef tensor = cast<StringAttr>(model.getTerms()[i]).getValue();
    auto figure = llvm::find_if(figures, [tensor](const Figure &candidate) {
      return candidate.tensor == tensor;
    });
    AbiStruct<VibTerm> row(context, "VibTerm");
    row.set(&VibTerm::figure, figure - figures.begin());
    row.set(&VibTerm::coefficient, getPlace(factor));
    row.set(&VibTerm::factor, factor.getValue().getValueAsDouble());
    row.set(&VibTerm::function, static_cast<uint32_t>(function.getKind()));
    row.set(&VibTerm::argument_coefficient, getPlace(function.getNumber()));
    row.set(&VibTerm::argument, function.getValue());
    rows.push_back(row.get());
  }
  return table(rows, "vib_terms");
}

LogicalResult DescriptorEmitter::verifyKeys(ModelAttr model,
                                            ArrayRef<Figure> figures) {
  llvm::StringSet<> keys;
  // The metrics call the coefficient of --beta so.
  std::optional<unsigned> beta = model.getBeta();
  for (auto [i, coefficient] : llvm::enumerate(model.getNamedCoefficients()))
    keys.insert(beta == i ? "beta" : coefficient.getName());
  for (const Figure &figure : figures)
    if (!keys.insert(figure.name).second)
      return module.emitError("expected other names of targets, samples and "
                              "coefficients, because two values in the metrics "
                              "of the program have the name '")
             << figure.name << "'";
  return success();
}

llvm::Constant *DescriptorEmitter::emitFigures(ArrayRef<Figure> figures) {
  auto text = [&](StringRef value) {
    return value.empty() ? null() : string(value);
  };
  SmallVector<llvm::Constant *> rows;
  for (const Figure &figure : figures) {
    AbiStruct<VibFigure> row(context, "VibFigure");
    row.set(&VibFigure::name, string(figure.name));
    row.set(&VibFigure::title, string(figure.title));
    row.set(&VibFigure::label, string(figure.label));
    row.set(&VibFigure::tensor, text(figure.tensor));
    row.set(&VibFigure::bounds, text(figure.bounds));
    row.set(&VibFigure::bound, figure.bound);
    row.set(&VibFigure::kind, figure.kind);
    row.set(&VibFigure::unit, figure.unit);
    row.set(&VibFigure::of, figure.of);
    row.set(&VibFigure::trained, figure.isTrained);
    row.set(&VibFigure::target, figure.target);
    row.set(&VibFigure::divisor,
            figure.divisor.empty() ? null() : tensorName(figure.divisor));
    rows.push_back(row.get());
  }
  return table(rows, "vib_figures");
}

LogicalResult DescriptorEmitter::emit(const CompileOptions &options,
                                      const TargetInfo &target,
                                      const GpuCode *gpu) {
  auto model = get<ModelAttr>(kModelAttrName);
  auto training = get<TrainingAttr>(kTrainingAttrName);
  auto blockBytes = get<IntegerAttr>(kBlockBytesAttrName);
  auto arenaBytes = get<IntegerAttr>(kArenaBytesAttrName);
  uint32_t numParameters = 0, numState = 0, numTensors = 0, numKernels = 0;
  llvm::Constant *parameters = emitParameters(numParameters);
  llvm::Constant *state = emitState(numState);
  llvm::Constant *tensors = emitTensors(numTensors);
  llvm::Constant *kernels = emitKernels(numKernels), *device = null();
  if (gpu)
    device = emitGpu(*gpu, kernels, numKernels);
  if (hasFailed)
    return failure();
  Optimizer optimizer = training.getOptimizerRule();
  Clip clip = training.getClipRule();
  FloatAttr average = training.getAverage();
  std::optional<unsigned> beta = model.getBeta();
  SmallVector<Figure> figures = getFigures(model);
  if (failed(verifyKeys(model, figures)))
    return failure();
  llvm::Constant *coefficients = emitCoefficients(model, training, figures);
  if (hasFailed)
    return failure();
  AbiStruct<VibModel> value(context, "VibModel");
  value.set(&VibModel::magic, VIB_ABI_MAGIC);
  value.set(&VibModel::version, VIB_ABI_VERSION);
  value.set(&VibModel::size, sizeof(VibModel));
  value.set(&VibModel::name, string(model.getName()));
  value.set(&VibModel::hash, string(model.getHash()));
  value.set(&VibModel::compiler,
            string("vibc " VIB_VERSION " (LLVM " LLVM_VERSION_STRING ")"));
  value.set(&VibModel::target,
            string(gpu ? "cuda " + options.arch : "x86_64 " + options.cpu));
  value.set(&VibModel::features, string(gpu ? "" : target.requiredFeatures));
  value.set(&VibModel::options, string(options.getCommandLine()));
  value.set(&VibModel::type, getAbiType(model.getType()));
  value.set(&VibModel::operands, getAbiType(model.getOperands()));
  value.set(&VibModel::batch, model.getBatch());
  value.set(&VibModel::epochs, training.getEpochs());
  value.set(&VibModel::seed, training.getSeed());
  value.set(&VibModel::optimizer, static_cast<uint32_t>(optimizer.kind));
  value.set(&VibModel::averaged, average != nullptr);
  value.set(&VibModel::rate, optimizer.rate);
  value.set(&VibModel::beta1, optimizer.beta1);
  value.set(&VibModel::beta2, optimizer.beta2);
  value.set(&VibModel::epsilon, optimizer.epsilon);
  value.set(&VibModel::momentum, optimizer.momentum);
  value.set(&VibModel::weight_decay, optimizer.weightDecay);
  value.set(&VibModel::average_decay, average ? average.getValueAsDouble() : 0);
  value.set(&VibModel::rate_schedule,
            emitSchedule(*training.getRateSchedule().resolve(optimizer.rate)));
  value.set(&VibModel::clip, static_cast<uint32_t>(clip.kind));
  value.set(&VibModel::decays_weights_only, optimizer.decaysWeightsOnly);
  value.set(&VibModel::clip_limit, clip.limit);
  value.set(&VibModel::num_inputs, model.getInputs().size());
  value.set(&VibModel::num_targets, model.getLikelihoods().size());
  value.set(&VibModel::num_streams, model.getPosteriors().size());
  value.set(&VibModel::num_coefficients, model.getNamedCoefficients().size());
  value.set(&VibModel::num_terms, model.getTerms().size());
  value.set(&VibModel::num_figures, figures.size());
  value.set(&VibModel::num_state, numState);
  value.set(&VibModel::beta, beta ? static_cast<int32_t>(*beta) : -1);
  value.set(&VibModel::inputs, emitInputs(model));
  value.set(&VibModel::targets, emitTargets(model));
  value.set(&VibModel::streams, emitStreams(model));
  value.set(&VibModel::coefficients, coefficients);
  value.set(&VibModel::terms, emitTerms(model, figures));
  value.set(&VibModel::figures, emitFigures(figures));
  value.set(&VibModel::state, state);
  value.set(&VibModel::block_bytes, blockBytes.getInt());
  value.set(&VibModel::moments, optimizer.getNumMoments());
  value.set(&VibModel::num_parameters, numParameters);
  value.set(&VibModel::parameters, parameters);
  value.set(&VibModel::arena_bytes, arenaBytes.getInt());
  value.set(&VibModel::num_tensors, numTensors);
  value.set(&VibModel::num_kernels, numKernels);
  value.set(&VibModel::tensors, tensors);
  value.set(&VibModel::kernels, kernels);
  value.set(&VibModel::scale, entry("scale"));
  value.set(&VibModel::train_step, entry("train_step"));
  value.set(&VibModel::encode, entry("encode"));
  value.set(&VibModel::evaluate, entry("evaluate"));
  value.set(&VibModel::draw, entry("draw"));
  value.set(&VibModel::decode, entry("decode"));
  value.set(&VibModel::gradients, entry("gradients"));
  value.set(&VibModel::input_gradients, entry("input_gradients"));
  value.set(&VibModel::gpu, device);
  auto *global = constant(value.get(), "vib_model");
  global->setLinkage(llvm::GlobalValue::ExternalLinkage);
  global->setAlignment(llvm::Align(64));
  return success();
}

LogicalResult vib::emitDescriptor(ModuleOp module,
                                  const CompileOptions &options,
                                  const TargetInfo &target, const GpuCode *gpu,
                                  llvm::Module &llvmModule) {
  return DescriptorEmitter(module, llvmModule).emit(options, target, gpu);
}
