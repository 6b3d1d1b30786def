//===- AbiStruct.h - Constants of the structs of Abi.h ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// runtime/Abi.h is the only list of what the structs contain. A field is set by
// its C++ name; its offset and its LLVM type follow from the declaration:
//
//   AbiStruct<VibKernel> kernel(context, "VibKernel");
//   kernel.set(&VibKernel::units, 32);
//   llvm::Constant *constant = kernel.get();
//
// The C++ compiler's layout is that of the program, because vibc and the
// programs that it makes run on x86-64.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_ABISTRUCT_H
#define VIB_COMPILER_OBJECT_ABISTRUCT_H

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/Support/ErrorHandling.h"
#include <map>
#include <type_traits>

namespace vib {

template <typename StructT> class AbiStruct {
public:
  AbiStruct(llvm::LLVMContext &context, llvm::StringRef name)
      : context(context), name(name) {}

  /// Sets an integer, an enum or a floating-point number.
  template <typename FieldT, typename ValueT,
            typename = std::enable_if_t<std::is_arithmetic_v<FieldT>>>
  void set(FieldT StructT::*field, ValueT value) {
    if constexpr (std::is_floating_point_v<FieldT>)
      add(field, llvm::ConstantFP::get(llvm::Type::getDoubleTy(context),
                                       static_cast<FieldT>(value)));
    else
      add(field, llvm::ConstantInt::get(
                     llvm::Type::getIntNTy(context, 8 * sizeof(FieldT)),
                     // Without the sign, which would be bits beyond the type.
                     static_cast<std::make_unsigned_t<FieldT>>(
                         static_cast<FieldT>(value))));
  }

  /// Sets a pointer or a struct.
  template <typename FieldT,
            typename = std::enable_if_t<!std::is_arithmetic_v<FieldT>>>
  void set(FieldT StructT::*field, llvm::Constant *value) {
    static_assert(std::is_pointer_v<FieldT> || std::is_class_v<FieldT>);
    add(field, value);
  }

  /// Sets an array of integers; elements that `values` lacks are 0.
  template <size_t N>
  void set(int64_t (StructT::*field)[N], llvm::ArrayRef<int64_t> values) {
    llvm::SmallVector<uint64_t, N> elements(values.begin(), values.end());
    elements.resize(N);
    add(field, llvm::ConstantDataArray::get(context, elements));
  }

  /// The constant. All fields must have been set: they follow each other
  /// without a gap, because those named `pad` are fields, too.
  llvm::Constant *get() const {
    size_t end = 0;
    for (const auto &[offset, field] : values) {
      if (offset != end)
        break;
      end += field.size;
    }
    if (end != sizeof(StructT))
      llvm::reportFatalInternalError("a field of " + name + " is not set");

    llvm::SmallVector<llvm::Constant *> fields = llvm::map_to_vector(
        values, [](const auto &entry) { return entry.second.value; });
    auto *type = llvm::StructType::getTypeByName(context, name);
    if (!type)
      type = llvm::StructType::create(
          context,
          llvm::map_to_vector(
              fields, [](llvm::Constant *field) { return field->getType(); }),
          name);
    return llvm::ConstantStruct::get(type, fields);
  }

private:
  template <typename FieldT>
  void add(FieldT StructT::*field, llvm::Constant *value) {
    StructT object = {};
    auto offset = reinterpret_cast<const char *>(&(object.*field)) -
                  reinterpret_cast<const char *>(&object);
    values[offset] = {value, sizeof(FieldT)};
  }

  struct Field {
    llvm::Constant *value;
    size_t size;
  };

  llvm::LLVMContext &context;
  llvm::StringRef name;
  /// By the offset.
  std::map<size_t, Field> values;
};

} // namespace vib

#endif // VIB_COMPILER_OBJECT_ABISTRUCT_H
