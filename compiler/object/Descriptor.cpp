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
/// Reads entries of a dictionary by name, and reports those that are not as
/// expected.
class Fields {
public:
  Fields(ModuleOp module, StringRef where, DictionaryAttr fields)
      : module(module), where(where), fields(fields) {}

  StringRef getString(StringRef name) {
    if (auto attribute = get<StringAttr>(name, "a string"))
      return attribute.getValue();
    return {};
  }
  int64_t getInteger(StringRef name) {
    if (auto attribute = get<IntegerAttr>(name, "an integer"))
      return attribute.getType().isInteger(1) ? attribute.getValue() != 0
                                              : attribute.getInt();
    return 0;
  }
  bool has(StringRef name) const { return fields.contains(name); }
  /// Entries for which a model has no use are omitted, and read as 0.
  int64_t getOptionalInteger(StringRef name) {
    return fields.get(name) ? getInteger(name) : 0;
  }
  double getOptionalReal(StringRef name) {
    if (!fields.get(name))
      return 0;
    return getReal(name);
  }
  double getReal(StringRef name) {
    if (auto attribute = get<FloatAttr>(name, "a float"))
      return attribute.getValueAsDouble();
    return 0;
  }
  DictionaryAttr getDictionary(StringRef name) {
    return get<DictionaryAttr>(name, "a dictionary");
  }
  ArrayRef<int64_t> getShape(StringRef name = "shape") {
    if (auto attribute = get<DenseI64ArrayAttr>(name, "array<i64: …>"))
      return attribute;
    return {};
  }
  template <typename T> T get(StringRef name, StringRef expected) {
    auto attribute = dyn_cast_or_null<T>(fields.get(name));
    if (!attribute)
      fail(name, expected);
    return attribute;
  }
  /// The index of the entry's value in `names`.
  unsigned getCase(StringRef name, ArrayRef<StringRef> names) {
    std::string expected = "one of " + llvm::join(names, ", ");
    auto value = get<StringAttr>(name, expected);
    if (!value)
      return 0;
    const StringRef *found = llvm::find(names, value.getValue());
    if (found != names.end())
      return found - names.begin();
    fail(name, expected);
    return 0;
  }
  bool failed() const { return hasFailed; }

private:
  void fail(StringRef name, const Twine &expected) {
    hasFailed = true;
    auto diagnostic = module.emitError("expected ")
                      << where << " to have '" << name << "', " << expected;
    if (Attribute attribute = fields.get(name))
      diagnostic << ", but got " << attribute;
  }

  ModuleOp module;
  StringRef where;
  DictionaryAttr fields;
  bool hasFailed = false;
};

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
  llvm::Constant *emitKernel(Attribute attribute);
  /// The launches of all entries, and the table of their kernels.
  llvm::Constant *emitGpu(const GpuCode &gpu, llvm::Constant *&kernels,
                          uint32_t &numKernels);
  llvm::Constant *emitSchedule(Fields &model, StringRef name);
  /// The declared shape of an example, which has the elements of the tensor
  /// that its bytes or numbers go to: the runtime copies as many.
  ArrayRef<int64_t> getInputShape(Fields &model);

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
  Fields openFields(StringRef where, Attribute attribute) {
    auto dictionary = dyn_cast_or_null<DictionaryAttr>(attribute);
    if (!dictionary) {
      module.emitError("expected ") << where << " to be a dictionary";
      hasFailed = true;
      dictionary = DictionaryAttr::get(module.getContext());
    }
    return Fields(module, where, dictionary);
  }
  ArrayRef<Attribute> getList(StringRef name) {
    if (auto list = module->getAttrOfType<ArrayAttr>(name))
      return list.getValue();
    module.emitError("expected the module to have '") << name << "', an array";
    hasFailed = true;
    return {};
  }
  int64_t getSize(StringRef name) {
    if (auto size = module->getAttrOfType<IntegerAttr>(name))
      return size.getInt();
    module.emitError("expected the module to have '")
        << name << "', an integer";
    hasFailed = true;
    return 0;
  }

  ModuleOp module;
  llvm::Module &llvmModule;
  llvm::LLVMContext &context;
  AbiTypes types;
  llvm::StringMap<llvm::GlobalVariable *> strings;
  bool hasFailed = false;
};
} // namespace

/// The VibType of an element of a tensor of the step.
static std::optional<uint32_t> getAbiType(Type type) {
  if (type.isInteger(8))
    return VIB_U8;
  if (type.isInteger(32))
    return VIB_I32;
  if (type.isF32())
    return VIB_F32;
  if (type.isF64())
    return VIB_F64;
  if (type.isBF16())
    return VIB_BF16;
  return std::nullopt;
}

llvm::Constant *DescriptorEmitter::emitParameters(uint32_t &count) {
  auto model = module->getAttrOfType<DictionaryAttr>("vib.model");
  auto type = model ? model.getAs<StringAttr>("type") : StringAttr();
  uint32_t element = type && type.getValue() == "f64" ? VIB_F64 : VIB_F32;
  SmallVector<llvm::Constant *> rows;
  for (Attribute attribute : getList("vib.parameters")) {
    Fields fields = openFields("an entry of vib.parameters", attribute);
    ArrayRef<int64_t> sizes = fields.getShape();
    rows.push_back(llvm::ConstantStruct::get(
        types.parameter,
        {string(fields.getString("name")), i32(element), i32(sizes.size()),
         shape(sizes, 2), i32(fields.getInteger("transposed")),
         i32(fields.getCase("init", {"constant", "uniform", "normal"})),
         f64(fields.getReal("init_scale")), i64(fields.getInteger("offset")),
         i32(fields.getOptionalInteger("panel")), i32(0),
         i64(fields.getOptionalInteger("panel_bytes"))}));
    hasFailed |= fields.failed();
  }
  if (rows.empty()) {
    module.emitError("expected vib.parameters to have at least one entry");
    hasFailed = true;
  }
  count = rows.size();
  return table(types.parameter, rows, "vib_parameters");
}

llvm::Constant *DescriptorEmitter::emitTensors(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  for (Attribute attribute : getList("vib.tensors")) {
    // Tensors that only entries exchange are not visible to others.
    if (auto entry = dyn_cast<DictionaryAttr>(attribute);
        entry && entry.contains("internal"))
      continue;
    Fields fields = openFields("an entry of vib.tensors", attribute);
    StringRef name = fields.getString("name");
    int64_t offset = fields.getInteger("offset");
    auto type = fields.get<TypeAttr>("type", "a type");
    auto tensor =
        type ? dyn_cast<RankedTensorType>(type.getValue()) : RankedTensorType();
    hasFailed |= fields.failed();
    std::optional<uint32_t> element =
        tensor ? getAbiType(tensor.getElementType()) : std::nullopt;
    if (!element || tensor.getRank() > 4) {
      module.emitError("expected the tensor '")
          << name
          << "' to have at most four dimensions of i8, i32, f32, "
             "f64 or bf16";
      hasFailed = true;
      continue;
    }
    rows.push_back(llvm::ConstantStruct::get(
        types.tensor, {string(name), i32(*element), i32(tensor.getRank()),
                       shape(tensor.getShape(), 4), i64(offset)}));
  }
  count = rows.size();
  return table(types.tensor, rows, "vib_tensors");
}

llvm::Constant *DescriptorEmitter::emitKernel(Attribute attribute) {
  Fields fields = openFields("vib.kernel", attribute);
  auto *kernel = llvm::ConstantStruct::get(
      types.kernel,
      {string(fields.getString("name")), string(fields.getString("entry")),
       f64(fields.getReal("flops")), f64(fields.getReal("bytes")),
       i64(fields.getInteger("units"))});
  hasFailed |= fields.failed();
  return kernel;
}

llvm::Constant *DescriptorEmitter::emitKernels(uint32_t &count) {
  SmallVector<llvm::Constant *> rows;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (Attribute attribute = function->getAttr("vib.kernel"))
      rows.push_back(emitKernel(attribute));
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
    auto infos = function ? function->getAttrOfType<ArrayAttr>("vib.kernels")
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
    for (Attribute info : infos)
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

llvm::Constant *DescriptorEmitter::emitSchedule(Fields &model, StringRef name) {
  Fields fields = openFields(name, model.getDictionary(name));
  auto *schedule = llvm::ConstantStruct::get(
      types.schedule,
      {i32(fields.getCase("kind", {"constant", "staircase", "exponential",
                                   "cosine", "linear", "geometric"})),
       i32(0), f64(fields.getOptionalReal("factor")),
       f64(fields.getOptionalReal("epochs")),
       f64(fields.getOptionalReal("warmup_epochs"))});
  hasFailed |= fields.failed();
  return schedule;
}

ArrayRef<int64_t> DescriptorEmitter::getInputShape(Fields &model) {
  ArrayRef<int64_t> shape = model.getShape("input_shape");
  if (hasFailed || model.failed())
    return {};
  auto findTensor = [&](StringRef name) {
    for (Attribute attribute : getList("vib.tensors"))
      if (auto entry = dyn_cast<DictionaryAttr>(attribute))
        if (entry.getAs<StringAttr>("name") == name)
          if (auto type = entry.getAs<TypeAttr>("type"))
            return dyn_cast<RankedTensorType>(type.getValue());
    return RankedTensorType();
  };
  RankedTensorType tensor = findTensor("image");
  if (!tensor)
    tensor = findTensor("x");
  if (shape.size() <= 3 && tensor && tensor.getRank() > 0) {
    // By division: a product of what was tampered with might overflow.
    int64_t rest = ShapedType::getNumElements(tensor.getShape().drop_front());
    for (int64_t extent : shape)
      rest = extent > 0 && rest % extent == 0 ? rest / extent : 0;
    if (rest == 1)
      return shape;
  }
  InFlightDiagnostic diagnostic =
      module.emitError("expected vib.model to have 'input_shape', up to three "
                       "dimensions with the elements of a row of the input");
  if (tensor)
    diagnostic << ", " << tensor;
  diagnostic << ", but got [" << shape << "]";
  hasFailed = true;
  return {};
}

LogicalResult DescriptorEmitter::emit(const CompileOptions &options,
                                      const TargetInfo &target,
                                      const GpuCode *gpu) {
  uint32_t numParameters, numTensors, numKernels;
  llvm::Constant *parameters = emitParameters(numParameters);
  llvm::Constant *tensors = emitTensors(numTensors);
  llvm::Constant *kernels = emitKernels(numKernels), *device = null();
  if (gpu)
    device = emitGpu(*gpu, kernels, numKernels);
  Fields model = openFields("vib.model", module->getAttr("vib.model"));
  constexpr VibType operandTypes[] = {VIB_F32, VIB_F64, VIB_BF16, VIB_TF32};
  VibType operands =
      operandTypes[model.getCase("operands", {"f32", "f64", "bf16", "tf32"})];
  unsigned optimizer = model.getCase("optimizer", {"sgd", "adam", "adamw"});
  ArrayRef<int64_t> inputShape = getInputShape(model);
  llvm::Constant *value = llvm::ConstantStruct::get(
      types.model,
      {i64(VIB_ABI_MAGIC),
       i32(VIB_ABI_VERSION),
       i32(sizeof(VibModel)),
       string(model.getString("name")),
       string(model.getString("hash")),
       string("vibc " VIB_VERSION " (LLVM " LLVM_VERSION_STRING ")"),
       string(gpu ? "cuda " + options.arch : "x86_64 " + options.cpu),
       string(gpu ? "" : target.requiredFeatures),
       string(options.getCommandLine()),
       i32(model.getCase("type", {"f32", "f64"}) ? VIB_F64 : VIB_F32),
       i32(operands),
       i32(model.getCase("likelihood", {"categorical", "normal"})),
       i32(model.has("beta")),
       i64(model.getInteger("batch")),
       i64(model.getInteger("samples")),
       i64(model.getInteger("latents")),
       i64(model.getInteger("outputs")),
       i64(inputShape.size()),
       shape(inputShape, 3),
       i64(model.getInteger("epochs")),
       i64(model.getInteger("seed")),
       i32(optimizer),
       i32(model.getInteger("averaged")),
       f64(model.getReal("rate")),
       f64(model.getOptionalReal("beta1")),
       f64(model.getOptionalReal("beta2")),
       f64(model.getOptionalReal("epsilon")),
       f64(model.getOptionalReal("momentum")),
       f64(model.getOptionalReal("weight_decay")),
       f64(model.getOptionalReal("average_decay")),
       emitSchedule(model, "rate_schedule"),
       f64(model.getOptionalReal("beta")),
       emitSchedule(model, "beta_schedule"),
       i64(getSize("vib.block_bytes")),
       i32(model.getInteger("moments")),
       i32(numParameters),
       parameters,
       i64(getSize("vib.arena_bytes")),
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
  return failure(hasFailed || model.failed());
}

LogicalResult vib::emitDescriptor(ModuleOp module,
                                  const CompileOptions &options,
                                  const TargetInfo &target, const GpuCode *gpu,
                                  llvm::Module &llvmModule) {
  return DescriptorEmitter(module, llvmModule).emit(options, target, gpu);
}
