//===- VibValueErrors.cpp - Errors about names and types of values --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibDiagnostics.h"
#include "dialect/VibTranslator.h"
#include "llvm/Support/Regex.h"

using namespace mlir;
using namespace vib;

/// Reports an input of bytes that is not scaled, at the input. The parser finds
/// it only at an op that computes with floats, perhaps some layers later.
bool Translator::translateBytes() {
  static const llvm::Regex inputOfBytes(
      "vib\\.model[^%{]*\\([[:space:]]*(%[A-Za-z0-9_.$-]+)[[:space:]]*:"
      "[[:space:]]*(tensor<[^>]*xui8>)");
  StringRef text = source.getText();
  SmallVector<StringRef, 3> parts;
  if (!StringRef(message).contains("ui8") || text.contains("vib.scale") ||
      !inputOfBytes.match(text, &parts))
    return false;
  size_t input = parts[1].data() - text.data();
  // An inner handler has reported it.
  if (position == input)
    return false;
  // The parser reports at an operand, the verifier at the op.
  Statement statement = text.substr(position).starts_with("vib.")
                            ? source.getStatementFrom(position)
                            : source.getStatement(position);
  bool readsTokens =
      statement.op == "vib.embedding" || statement.op == "vib.one_hot";
  if (readsTokens) {
    restart(input) << "the input " << parts[1] << " has bytes, ui8, and "
                   << statement.op << " reads tokens: declare them as i32; "
                   << "the data may have any type of integers";
    return true;
  }
  restart(input) << "the input " << parts[1]
                 << " has bytes, ui8, and layers compute with floats: scale "
                    "it with '%scaled = vib.scale "
                 << parts[1] << " to [-1.0, 1.0] : " << parts[2]
                 << "', and use %scaled in its place";
  diagnostic.attachNote(getLocation(position))
      << (statement.op.empty() ? "the op" : statement.op)
      << (statement.symbol.empty() ? "" : " ") << statement.symbol
      << " computes with floats";
  return true;
}

/// Whether the position is in the arguments of a model.
bool Translator::isArgument(size_t at) const {
  Statement statement = source.getStatement(at);
  StringRef between = source.getText().slice(statement.begin, at);
  return statement.op == "vib.model" && !between.contains('{');
}

/// What to change in a vib.kl whose prior is not of the form that it reads:
/// only the divergence from a mixture is computed at a sample.
static std::string adviseOnPrior(StringRef op, StringRef prior,
                                 StringRef expected, StringRef got) {
  if (op != "vib.kl")
    return "";
  if (got.starts_with("'!vib.mixture") && expected.starts_with("'!vib.mixture"))
    return ": a prior has as many latents as the posterior";
  if (got.starts_with("'!vib.mixture"))
    return (": a mixture needs the sample of the posterior, as in 'vib.kl "
            "%q, " +
            prior + " at %z'")
        .str();
  if (expected.starts_with("'!vib.mixture"))
    return ": only a mixture needs 'at'";
  return "";
}

bool Translator::translateValues() {
  StringRef rest = message;
  std::optional<size_t> noted = getNoted();
  StringRef name = getName(source.getText().substr(position));

  if (rest.consume_front("use of value '")) {
    name = StringRef(message).split('\'').second.split('\'').first;
    auto [expected, got] =
        rest.split("different type than prior uses: ").second.split(" vs ");
    Statement statement = source.getStatement(position);
    StringRef wanted = expected == "'!vib.nats'"
                           ? "a term of the loss, as vib.nll and vib.kl give"
                           : expected;
    if (noted && isArgument(*noted)) {
      std::string reader = statement.op.empty() ? "the op" : statement.op.str();
      if (!statement.symbol.empty())
        reader += " " + statement.symbol.str();
      restart(*noted) << name << " is " << got << ", but " << reader
                      << " expects " << wanted;
      diagnostic.attachNote(getLocation(position)) << "it is read here";
      return true;
    }
    // Layers compute with floats, so the op that was to give this is wrong.
    if (noted && got.ends_with("xi32>'") && source.isDefinition(*noted)) {
      StringRef reader = source.getStatementFrom(*noted).op;
      restart(*noted) << "'" << reader << "' op computes with floats, but "
                      << "reads whole numbers: vib.embedding or vib.one_hot "
                      << "makes numbers of tokens";
      return true;
    }
    restart();
    diagnostic << (statement.op.empty() ? "the op" : statement.op);
    if (!statement.symbol.empty())
      diagnostic << " " << statement.symbol;
    diagnostic << " expects " << name << " to be " << wanted << ", but it is "
               << got << adviseOnPrior(statement.op, name, expected, got);
    // Before its definition a value has the type of its first use.
    if (noted)
      diagnostic.attachNote(getLocation(*noted))
          << name
          << (source.isDefinition(*noted) ? " is defined here"
                                          : " is used here before");
    return true;
  }
  if (rest.starts_with("definition of SSA value '")) {
    restart(noted.value_or(position)) << name << " is used before it is "
                                      << "defined";
    diagnostic.attachNote(getLocation(position)) << name << " is defined here";
    return true;
  }
  if (rest.starts_with("use of undeclared SSA value name")) {
    if (std::optional<size_t> elsewhere = source.findDefinition(name)) {
      restart() << name << " is defined only inside of other braces";
      diagnostic.attachNote(getLocation(*elsewhere)) << "it is defined here";
      return true;
    }
    SmallVector<StringRef> defined = source.getDefinitions();
    restart() << name << " is not defined";
    suggestNearest(diagnostic, name, defined);
    return true;
  }
  if (rest.starts_with("redefinition of SSA value '") ||
      rest.ends_with("' is already in use")) {
    restart() << name << " is defined already: each value has a name of its "
              << "own";
    if (noted)
      diagnostic.attachNote(getLocation(*noted)) << "it is defined here";
    return true;
  }
  if (rest == "reference to invalid result number") {
    restart() << name << " is one value: expected nothing after its name";
    return true;
  }
  return false;
}
