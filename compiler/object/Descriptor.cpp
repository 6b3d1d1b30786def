//===- Descriptor.cpp - The constant vib_model ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Mirrors runtime/Abi.h. Fields are emitted in the order in which the structs
// declare them. LLVM's layout of the same types determines the padding.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Descriptor.h"
#include "compiler/gpu/Launches.h"
#include "compiler/object/Options.h"
#include "compiler/object/Target.h"
#include "compiler/ptx/GpuArch.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "runtime/Abi.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalVariable.h"

using namespace mlir;
using namespace vib;

AbiTypes::AbiTypes(llvm::LLVMContext &context) {
  llvm::Type *pointer = llvm::PointerType::get(context, 0);
  llvm::Type *i32 = llvm::Type::getInt32Ty(context);
  llvm::Type *i64 = llvm::Type::getInt64Ty(context);
  llvm::Type *f64 = llvm::Type::getDoubleTy(context);
  auto array = [](llvm::Type *type, unsigned size) {
    return llvm::ArrayType::get(type, size);
  };
  llvm::Type *i64x3 = array(i64, 3);
  auto create = [](llvm::StringRef name,
                   std::initializer_list<llvm::Type *> fields) {
    return llvm::StructType::create(llvm::ArrayRef<llvm::Type *>(fields), name);
  };
  tensor = create("VibTensor", {pointer, i32, i32, array(i64, 4), i64});
  parameter = create("VibParameter", {pointer, i32, i32, array(i64, 2), i32,
                                      i32, f64, i64, i32, i32, i64});
  kernel = create("VibKernel", {pointer, pointer, f64, f64, i64});
  schedule = create("VibSchedule", {i32, i32, f64, f64, f64});
  launch = create("VibLaunch", {pointer, i32, i32, i32, i32, i32, i32});
  gpu = create("VibGpu",
               {pointer, i32, i32, pointer, pointer, i64, pointer, i64});
  model = create("VibModel",
                 {i64,      i32,     i32,                        // magic
                  pointer,  pointer, pointer,  pointer, pointer, // name
                  pointer,                                       // options
                  i32,      i32,     i32,      i32,              // type
                  i64,      i64,     i64,      i64,              // batch
                  i64,      i64x3,                               // input
                  i64,      i64,                                 // epochs
                  i32,      i32,     f64,      f64,     f64,
                  f64,      f64,     f64,      f64,              // optimizer
                  schedule, f64,     schedule,                   // schedules
                  i64,      i32,     i32,      pointer,          // blocks
                  i64,      i32,     i32,      pointer, pointer, // arena
                  pointer,  pointer, pointer,  pointer, pointer,
                  pointer,  pointer, pointer}); // gpu
}

namespace {
class DescriptorEmitter {
public:
  DescriptorEmitter(ModuleOp module, llvm::Module &llvmModule)
      : module(module), llvmModule(llvmModule),
        context(llvmModule.getContext()), types(context) {}

  LogicalResult emit(const CompileOptions &options, const TargetInfo &target,
                     const GpuCode *gpu);

private:
  llvm::Constant *emitParameters(uint32_t &count);
  llvm::Constant *emitTensors(uint32_t &count);
  llvm::Constant *emitKernels(uint32_t &count);
  llvm::Constant *emitKernel(KernelInfoAttr info);
  /// The launches of all entries, and the table of their kernels.
  llvm::Constant *emitGpu(const GpuCode &gpu, llvm::Constant *&kernels,
                          uint32_t &numKernels);
  llvm::Constant *emitSchedule(const Schedule &schedule);

  llvm::Constant *i32(uint64_t value) {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), value);
  }
  llvm::Constant *i64(uint64_t value) {
    return llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), value);
  }
  llvm::Constant *f64(double value) {
    return llvm::ConstantFP::get(llvm::Type::getDoubleTy(context), value);
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
  llvm::Constant *table(llvm::StructType *type, ArrayRef<llvm::Constant *> rows,
                        StringRef name) {
    if (rows.empty())
      return null();
    return constant(
        llvm::ConstantArray::get(llvm::ArrayType::get(type, rows.size()), rows),
        name);
  }
  llvm::Constant *shape(ArrayRef<int64_t> shape, unsigned width) {
    SmallVector<uint64_t> sizes(shape.begin(), shape.end());
    sizes.resize(width);
    return llvm::ConstantDataArray::get(context, sizes);
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
  AbiTypes types;
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

llvm::Constant *DescriptorEmitter::emitParameters(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  auto parameters = get<ArrayAttr>(kParametersAttrName);
  if (!parameters)
    return null();
  for (auto parameter : parameters.getAsRange<ParameterAttr>()) {
    RankedTensorType type = parameter.getType();
    PlaceAttr place = parameter.getPlace();
    if (!place) {
      module.emitError("expected a place of ") << parameter;
      hasFailed = true;
      continue;
    }
    int64_t panel = place.getPanel() == 0 ? 0 : place.getRow();
    int64_t panelBytes =
        place.getPanel() * getElementBytes(type.getElementType());
    rows.push_back(llvm::ConstantStruct::get(
        types.parameter,
        {string(parameter.getName()), i32(getAbiType(type.getElementType())),
         i32(type.getRank()), shape(type.getShape(), 2),
         i32(parameter.getTransposed()),
         i32(static_cast<uint32_t>(parameter.getInit())),
         f64(parameter.getScale().getValueAsDouble()), i64(place.getOffset()),
         i32(panel), i32(0), i64(panelBytes)}));
  }
  count = rows.size();
  return table(types.parameter, rows, "vib_parameters");
}

llvm::Constant *DescriptorEmitter::emitTensors(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  auto tensors = get<ArrayAttr>(kTensorsAttrName);
  if (!tensors)
    return null();
  for (auto tensor : tensors.getAsRange<TensorAttr>()) {
    // Tensors that only entries exchange are not visible to others.
    if (tensor.getInternal())
      continue;
    RankedTensorType type = tensor.getType();
    rows.push_back(llvm::ConstantStruct::get(
        types.tensor,
        {string(tensor.getName()), i32(getAbiType(type.getElementType())),
         i32(type.getRank()), shape(type.getShape(), 4),
         i64(tensor.getPlace().getOffset())}));
  }
  count = rows.size();
  return table(types.tensor, rows, "vib_tensors");
}

llvm::Constant *DescriptorEmitter::emitKernel(KernelInfoAttr info) {
  return llvm::ConstantStruct::get(
      types.kernel,
      {string(info.getName()), string(info.getEntry()),
       f64(info.getFlops().getValueAsDouble()),
       f64(info.getBytes().getValueAsDouble()), i64(info.getUnits())});
}

llvm::Constant *DescriptorEmitter::emitKernels(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (auto info = function->getAttrOfType<KernelInfoAttr>(kKernelAttrName))
      rows.push_back(emitKernel(info));
  count = rows.size();
  return table(types.kernel, rows, "vib_kernels");
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
  module.walk([&](gpu::LaunchFuncOp launch) {
    auto entry = launch->getParentOfType<func::FuncOp>();
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
    launches.push_back(llvm::ConstantStruct::get(
        types.launch,
        {string(launch.getKernelName().getValue()), i32(*number),
         i32(sizes.blocks), i32(sizes.threads), i32(sizes.sharedBytes),
         i32(rows.size()), i32(infos.size())}));
    for (auto info : infos.getAsRange<KernelInfoAttr>())
      rows.push_back(emitKernel(info));
  });
  numKernels = rows.size();
  kernels = table(types.kernel, rows, "vib_kernels");
  llvm::Constant *cubin = null();
  if (!gpu.cubin.empty())
    cubin = constant(llvm::ConstantDataArray::getString(context, gpu.cubin,
                                                        /*AddNull=*/false),
                     "vib_cubin");
  return constant(
      llvm::ConstantStruct::get(
          types.gpu,
          {string(gpu.arch.name), i32(gpu.arch.capability),
           i32(launches.size()), table(types.launch, launches, "vib_launches"),
           constant(llvm::ConstantDataArray::getString(context, gpu.ptx),
                    "vib_ptx"),
           i64(gpu.ptx.size() + 1), cubin, i64(gpu.cubin.size())}),
      "vib_gpu");
}

llvm::Constant *DescriptorEmitter::emitSchedule(const Schedule &schedule) {
  return llvm::ConstantStruct::get(
      types.schedule,
      {i32(static_cast<uint32_t>(schedule.kind)), i32(0), f64(schedule.factor),
       f64(schedule.epochs), f64(schedule.warmupEpochs)});
}

LogicalResult DescriptorEmitter::emit(const CompileOptions &options,
                                      const TargetInfo &target,
                                      const GpuCode *gpu) {
  auto model = get<ModelAttr>(kModelAttrName);
  auto training = get<TrainingAttr>(kTrainingAttrName);
  auto blockBytes = get<IntegerAttr>(kBlockBytesAttrName);
  auto arenaBytes = get<IntegerAttr>(kArenaBytesAttrName);
  uint32_t numParameters = 0, numTensors = 0, numKernels = 0;
  llvm::Constant *parameters = emitParameters(numParameters);
  llvm::Constant *tensors = emitTensors(numTensors);
  llvm::Constant *kernels = emitKernels(numKernels), *device = null();
  if (gpu)
    device = emitGpu(*gpu, kernels, numKernels);
  if (hasFailed)
    return failure();
  Optimizer optimizer = training.getOptimizerRule();
  FloatAttr average = training.getAverage(), beta = model.getBeta();
  llvm::Constant *value = llvm::ConstantStruct::get(
      types.model,
      {i64(VIB_ABI_MAGIC),
       i32(VIB_ABI_VERSION),
       i32(sizeof(VibModel)),
       string(model.getName()),
       string(model.getHash()),
       string("vibc " VIB_VERSION " (LLVM " LLVM_VERSION_STRING ")"),
       string(gpu ? "cuda " + options.arch : "x86_64 " + options.cpu),
       string(gpu ? "" : target.requiredFeatures),
       string(options.getCommandLine()),
       i32(getAbiType(model.getType())),
       i32(getAbiType(model.getOperands())),
       i32(model.isCategorical() ? VIB_CATEGORICAL : VIB_NORMAL),
       i32(beta != nullptr),
       i64(model.getBatch()),
       i64(model.getSamples()),
       i64(model.getNumLatents()),
       i64(model.getNumOutputs()),
       i64(model.getInput().size()),
       shape(model.getInput(), 3),
       i64(training.getEpochs()),
       i64(training.getSeed()),
       i32(static_cast<uint32_t>(optimizer.kind)),
       i32(average != nullptr),
       f64(optimizer.rate),
       f64(optimizer.beta1),
       f64(optimizer.beta2),
       f64(optimizer.epsilon),
       f64(optimizer.momentum),
       f64(optimizer.weightDecay),
       f64(average ? average.getValueAsDouble() : 0),
       emitSchedule(training.getRateSchedule()),
       f64(beta ? beta.getValueAsDouble() : 0),
       emitSchedule(training.getBetaScheduleRule()),
       i64(blockBytes.getInt()),
       i32(optimizer.getNumMoments()),
       i32(numParameters),
       parameters,
       i64(arenaBytes.getInt()),
       i32(numTensors),
       i32(numKernels),
       tensors,
       kernels,
       entry("scale"),
       entry("train_step"),
       entry("encode"),
       entry("evaluate"),
       entry("draw"),
       entry("decode"),
       entry("gradients"),
       device});
  auto *global = constant(value, "vib_model");
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
