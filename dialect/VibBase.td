//===- VibBase.td - The vib dialect -------------------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBBASE_TD
#define VIB_DIALECT_VIBBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"

def Vib_Dialect : Dialect {
  let name = "vib";
  let cppNamespace = "::vib";
  let summary = "Networks trained with a variational information bottleneck";
  let description = [{
    A model file has two ops: a `vib.model`, which is the network with its
    loss, and a `vib.train`, which says how it is trained. The network has an
    encoder, which maps an input x to the posterior p(z|x) of a latent variable;
    a sample z of the posterior; and a decoder, which maps z to the likelihood
    p(y|z) of the target. The loss is `nll + beta * rate`, equation 17 of Alemi,
    Fischer, Dillon and Murphy, "Deep Variational Information Bottleneck" (ICLR
    2017, arXiv:1612.00410).

    Distributions are values with types. The posterior, the prior and the
    likelihood are all written with the same few types and ops.

    - **Batch.** The first dimension of every tensor is the batch. A model file
      writes it as `?`; `vib.train` states it once.
    - **Precision.** The tensors of a model are all f32 or all f64. The input
      may also be `ui8` (bytes), which `vib.scale` converts.
    - **Units.** A loss and its terms are in nats, one number for each example.
      Programs report information in bits (nats divided by ln 2).
    - **Types.** A result's type may be left out after most layers and
      distributions, where it follows from the operands: after `vib.scale`,
      `vib.conv2d` and `vib.categorical`, for example. `vib.linear` takes a
      width in its place. The samplings, losses and regions have their types.
    - **Numbers** are written `1.0e-3`, `1e-3`, `-5` or `1_000`, with a digit
      before the point, and rounded to the nearest f64.
    - **Comments** begin with `//`.
  }];
  let extraClassDeclaration = [{
    void registerAttributes();
    void registerTypes();
    /// For a name that is no op's, what reports it with the nearest one.
    std::optional<ParseOpHook>
    getParseOperationHook(::llvm::StringRef opName) const override;
    /// Likewise for a name that is no attribute's or no type's.
    ::mlir::Attribute parseAttribute(::mlir::DialectAsmParser &parser,
                                     ::mlir::Type type) const override;
    void printAttribute(::mlir::Attribute attribute,
                        ::mlir::DialectAsmPrinter &printer) const override;
    ::mlir::Type parseType(::mlir::DialectAsmParser &parser) const override;
    void printType(::mlir::Type type,
                   ::mlir::DialectAsmPrinter &printer) const override;
  }];
  let hasOperationAttrVerify = 1;
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::tensor::TensorDialect"];
}

/// What messages quote (dialect/VibReference.h): the description with its
/// examples, and the heading under which a message lists the name. What users do
/// not write has no group.
class Vib_Reference<string description, string group> {
  code accessors = [{
    static ::llvm::StringLiteral getDescription() {
      return R"mlir(}] # description # [{)mlir";
    }
    static ::llvm::StringLiteral getGroup() { return "}] # group # [{"; }
  }];
}

class Vib_Op<string mnemonic, list<Trait> traits = []>
    : Op<Vib_Dialect, mnemonic, traits> {
  string group = "";
  /// The op's own part of its class.
  code declarations = "";
  let extraClassDeclaration =
      declarations # Vib_Reference<description, group>.accessors;
}

/// An op that suggests a name for its result in the printed text.
class Vib_NamedOp<string mnemonic, string resultName, list<Trait> traits = []>
    : Vib_Op<mnemonic, !listconcat([
        DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>],
        traits)> {
  let extraClassDefinition = [{
    void $cppClass::getAsmResultNames(::mlir::OpAsmSetValueNameFn setName) {
      setName(getResult(), "}] # resultName # [{");
    }
  }];
}

/// A 64-bit integer that C++ sees with its sign, unlike I64Attr's.
def Vib_Count : TypedSignlessIntegerAttrBase<
    I64, "int64_t", "64-bit signless integer attribute"> {
  let convertFromStorage = "$_self.getInt()";
}

class Vib_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Vib_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
  string group = "";
  let extraClassDeclaration = Vib_Reference<description, group>.accessors;
}

class Vib_Type<string name, string typeMnemonic, list<Trait> traits = []>
    : TypeDef<Vib_Dialect, name, traits> {
  let mnemonic = typeMnemonic;
  string group = "";
  let extraClassDeclaration = Vib_Reference<description, group>.accessors;
}

#endif // VIB_DIALECT_VIBBASE_TD
