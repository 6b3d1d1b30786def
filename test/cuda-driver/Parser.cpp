//===- Parser.cpp - PTX text to a program ---------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One pass over the tokens. Registers and labels belong to the braces in which
// they are declared, as the inline assembly of a C++ kernel makes them. A
// variable of shared memory gets an address that is a multiple of its declared
// alignment, and of nothing more.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Parser.h"
#include "test/cuda-driver/Decoder.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <unordered_set>

using namespace vib::cuda;

namespace {

/// Between variables, so that one byte too far is seen.
constexpr uint64_t variableGap = 64;

/// Where the dynamic shared memory begins: behind any of fixed size.
constexpr uint64_t dynamicSharedBase = 0x40000;

/// What a kernel may have in variables of fixed size.
constexpr uint32_t maxStaticShared = 48 << 10;

/// The least address from `from` on that is aligned as wanted, and not twice as
/// much.
uint64_t placeExactly(uint64_t from, uint64_t align) {
  uint64_t address = (from + align - 1) / align * align;
  return address / align % 2 ? address : address + align;
}

class Parser {
public:
  Parser(std::string_view text, const PlaceGlobal &place)
      : tokens(tokenize(text)), lines(linesOf(text)), place(place) {}

  Program run();

private:
  /// The names of a pair of braces.
  struct Scope {
    std::unordered_map<std::string, Register> registers;
    std::unordered_map<std::string, size_t> labels;
    std::unordered_map<std::string, std::vector<std::string>> tables;
    size_t firstBranch, firstTable;
  };
  struct Declaration {
    uint32_t align = 1;
    Type type = Type::B8;
    std::string name;
    uint64_t count = 1;
    bool isOpen = false; ///< `name[]`.

    uint64_t bytes() const { return count * sizeOf(type); }
  };

  // Tokens.
  const Token &peek(size_t ahead = 0) const {
    return tokens[std::min(position + ahead, tokens.size() - 1)];
  }
  const Token &next() {
    const Token &token = peek();
    if (position + 1 < tokens.size())
      ++position;
    return token;
  }
  bool accept(char mark);
  bool accept(std::string_view word);
  void expect(char mark);
  std::string expectWord();
  uint64_t expectNumber();
  [[noreturn]] void error(const std::string &reason) const {
    throw PtxError(peek().line, reason);
  }
  [[noreturn]] void unexpected() const;

  // Modules.
  void parseVersion();
  void parseTarget();
  void parseVariable(std::string_view space, bool isExtern);
  void parseInitial(GlobalVariable &variable, Type type);
  Declaration parseDeclaration();
  void skipSection();

  // Kernels.
  void parseEntry();
  void parseParameters();
  void parseTuning();
  void useShared(size_t begin);
  void placeShared(const Declaration &declaration);
  void parseBody();
  void openScope();
  void closeScope();
  void parseDirective();
  void parseRegisters();
  void parseBranchTargets(const std::string &name);
  void skipLocation();
  void parseInstruction();
  Operand parseOperand();
  Operand parseAddress();
  Operand parseNumber(const Token &token, bool negative);
  const Register *findRegister(const std::string &name) const;

  std::vector<Token> tokens;
  size_t position = 0;
  std::shared_ptr<const Lines> lines;
  const PlaceGlobal &place;
  Program program;
  std::vector<Declaration> moduleShared, externShared;
  KernelBuilder *builder = nullptr;
  std::vector<Scope> scopes;
  uint64_t sharedEnd = 0;
};

std::optional<uint64_t> integerOf(std::string_view text) {
  std::string digits(text);
  int base = 10;
  if (digits.size() > 1 && (digits.back() == 'U' || digits.back() == 'u'))
    digits.pop_back();
  if (digits.size() > 1 && digits[0] == '0') {
    base = 8;
    if (digits[1] == 'x' || digits[1] == 'X')
      base = 16;
    else if (digits[1] == 'b' || digits[1] == 'B') {
      digits.erase(0, 2);
      base = 2;
    }
  }
  char *end;
  errno = 0;
  uint64_t value = std::strtoull(digits.c_str(), &end, base);
  if (errno || end == digits.c_str() || *end)
    return std::nullopt;
  return value;
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

void Parser::unexpected() const {
  if (peek().kind == Token::End)
    error("unexpected end of the text");
  error(fmt::format("unexpected '{}'", peek().text));
}

bool Parser::accept(char mark) {
  if (!peek().is(mark))
    return false;
  next();
  return true;
}

bool Parser::accept(std::string_view word) {
  if (!peek().is(word))
    return false;
  next();
  return true;
}

void Parser::expect(char mark) {
  if (!accept(mark))
    unexpected();
}

std::string Parser::expectWord() {
  if (peek().kind != Token::Word)
    unexpected();
  return std::string(next().text);
}

uint64_t Parser::expectNumber() {
  std::optional<uint64_t> value;
  if (peek().kind == Token::Word)
    value = integerOf(peek().text);
  if (!value)
    unexpected();
  next();
  return *value;
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

Program Parser::run() {
  while (peek().kind != Token::End) {
    if (accept(".version")) {
      parseVersion();
    } else if (accept(".target")) {
      parseTarget();
    } else if (accept(".address_size")) {
      if (expectNumber() != 64)
        error("only addresses of 64 bits are known");
    } else if (accept(".file")) {
      expectNumber();
      next();
      while (accept(','))
        expectNumber();
    } else if (accept(".section")) {
      skipSection();
    } else if (accept(".pragma")) {
      next();
      expect(';');
    } else {
      bool isExtern = false;
      while (peek().is(".visible") || peek().is(".weak") ||
             peek().is(".common") || peek().is(".extern"))
        isExtern |= next().is(".extern");
      if (accept(".entry"))
        parseEntry();
      else if (peek().is(".global") || peek().is(".const") ||
               peek().is(".shared"))
        parseVariable(next().text, isExtern);
      else
        unexpected();
    }
  }
  return std::move(program);
}

void Parser::parseVersion() {
  std::string version = expectWord();
  size_t dot = version.find('.');
  program.version =
      10 * std::atoi(version.c_str()) +
      (dot == version.npos ? 0 : std::atoi(version.c_str() + dot + 1));
}

void Parser::parseTarget() {
  std::string target = expectWord();
  if (target.rfind("sm_", 0) != 0)
    error(fmt::format("unknown target '{}'", target));
  program.target = std::atoi(target.c_str() + 3);
  // As in `.target sm_80, debug`.
  while (accept(','))
    expectWord();
}

void Parser::skipSection() {
  expectWord();
  expect('{');
  while (!accept('}')) {
    if (peek().kind == Token::End)
      unexpected();
    next();
  }
}

Parser::Declaration Parser::parseDeclaration() {
  Declaration declaration;
  bool hasType = false;
  uint32_t vector = 1;
  while (peek().kind == Token::Word && peek().text[0] == '.') {
    std::string word = expectWord().substr(1);
    if (word == "align") {
      declaration.align = expectNumber();
    } else if (word == "v2" || word == "v4") {
      vector = word[1] - '0';
    } else if (std::optional<Type> type = typeOf(word)) {
      declaration.type = *type;
      hasType = true;
    } else if (word != "attribute" && word != "managed") {
      error(fmt::format("unknown directive '.{}'", word));
    }
  }
  if (!hasType || sizeOf(declaration.type) == 0)
    error("a variable without a type");
  declaration.align =
      std::max(declaration.align, vector * sizeOf(declaration.type));
  declaration.name = expectWord();
  declaration.count = vector;
  while (accept('[')) {
    declaration.isOpen = accept(']');
    if (!declaration.isOpen) {
      declaration.count *= expectNumber();
      expect(']');
    }
  }
  return declaration;
}

void Parser::parseVariable(std::string_view space, bool isExtern) {
  Declaration declaration = parseDeclaration();
  if (space == ".shared") {
    (declaration.isOpen || isExtern ? externShared : moduleShared)
        .push_back(declaration);
    expect(';');
    return;
  }
  if (isExtern)
    error("a variable of another module");
  GlobalVariable variable;
  variable.name = declaration.name;
  variable.align = declaration.align;
  variable.size = declaration.bytes();
  if (accept('='))
    parseInitial(variable, declaration.type);
  expect(';');
  place(variable);
  program.globals.push_back(std::move(variable));
}

void Parser::parseInitial(GlobalVariable &variable, Type type) {
  unsigned size = sizeOf(type), depth = 0;
  do {
    if (accept('{')) {
      ++depth;
    } else if (accept('}')) {
      --depth;
    } else if (!accept(',')) {
      bool negative = accept('-');
      Operand value = parseNumber(next(), negative);
      for (unsigned byte = 0; byte != size; ++byte)
        variable.initial.push_back(value.bits >> (8 * byte));
    }
  } while (depth);
  if (variable.initial.size() > variable.size)
    error(fmt::format("'{}' has more values than elements", variable.name));
  variable.initial.resize(variable.size);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

void Parser::parseEntry() {
  program.kernels.push_back(std::make_unique<Kernel>());
  Kernel &kernel = *program.kernels.back();
  kernel.name = expectWord();
  kernel.lines = lines;
  KernelBuilder newBuilder(kernel);
  builder = &newBuilder;
  sharedEnd = 0;
  for (const GlobalVariable &variable : program.globals)
    builder->symbols[variable.name] = variable.address;
  if (accept('('))
    parseParameters();
  parseTuning();
  if (accept(';')) { // Only declared.
    program.kernels.pop_back();
    return;
  }
  useShared(position);
  parseBody();
  if (kernel.staticSharedBytes > maxStaticShared)
    error(fmt::format("'{}' uses too much shared data: {} bytes", kernel.name,
                      kernel.staticSharedBytes));
  // So that a kernel need not end in an instruction that ends it.
  Instruction end;
  end.kind = Kind::Exit;
  end.line = peek().line;
  kernel.code.push_back(end);
}

void Parser::parseParameters() {
  Kernel &kernel = builder->kernel;
  while (!accept(')')) {
    if (!accept(".param"))
      unexpected();
    Declaration declaration;
    while (peek().kind == Token::Word && peek().text[0] == '.') {
      std::string word = expectWord().substr(1);
      if (word == "align")
        declaration.align = expectNumber();
      else if (std::optional<Type> type = typeOf(word))
        declaration.type = *type;
      else if (word == "ptr") {
        // What it points to, and how that is aligned, is checked anyway.
        for (std::string_view space : {".global", ".shared", ".const"})
          accept(space);
        if (accept(".align"))
          expectNumber();
      } else
        error(fmt::format("unknown directive '.{}'", word));
    }
    declaration.name = expectWord();
    if (accept('[')) {
      declaration.count = expectNumber();
      expect(']');
    }
    uint32_t align = std::max(declaration.align, sizeOf(declaration.type));
    uint32_t offset = (kernel.parameterBytes + align - 1) / align * align;
    uint32_t size = declaration.bytes();
    kernel.parameters.push_back({declaration.name, offset, size});
    kernel.parameterBytes = offset + size;
    builder->symbols[declaration.name] = offset;
    if (!peek().is(')'))
      expect(',');
  }
}

void Parser::parseTuning() {
  Kernel &kernel = builder->kernel;
  while (peek().kind == Token::Word) {
    std::string word = expectWord();
    if (word == ".pragma") {
      next();
      expect(';');
      continue;
    }
    if (word == ".noreturn")
      continue;
    if (word != ".maxntid" && word != ".reqntid" && word != ".minnctapersm" &&
        word != ".maxnctapersm" && word != ".maxnreg")
      error(fmt::format("unknown directive '{}'", word));
    std::array<uint32_t, 3> numbers = {1, 1, 1};
    size_t count = 0;
    do
      numbers[std::min<size_t>(count++, 2)] = expectNumber();
    while (accept(','));
    if (word == ".maxntid")
      kernel.maxThreads = numbers[0] * numbers[1] * numbers[2];
    if (word == ".reqntid")
      kernel.requiredThreads = numbers;
  }
}

/// Places those of the module's shared variables that the body names.
void Parser::useShared(size_t begin) {
  std::unordered_set<std::string_view> words;
  int depth = 0;
  for (size_t i = begin; i != tokens.size(); ++i) {
    if (tokens[i].kind == Token::Word)
      words.insert(tokens[i].text);
    depth += tokens[i].is('{') - tokens[i].is('}');
    if (depth == 0)
      break;
  }
  for (const Declaration &declaration : moduleShared)
    if (words.count(declaration.name))
      placeShared(declaration);

  Kernel &kernel = builder->kernel;
  uint32_t align = 1;
  for (const Declaration &declaration : externShared) {
    if (words.count(declaration.name)) {
      align = std::max(align, declaration.align);
      kernel.usesDynamicShared = true;
    }
  }
  kernel.dynamicShared = placeExactly(dynamicSharedBase, align);
  for (const Declaration &declaration : externShared)
    builder->symbols[declaration.name] = kernel.dynamicShared;
}

void Parser::placeShared(const Declaration &declaration) {
  Kernel &kernel = builder->kernel;
  Variable variable = {
      declaration.name, declaration.align, declaration.bytes(),
      placeExactly(sharedEnd + variableGap, declaration.align)};
  sharedEnd = variable.address + variable.size;
  if (sharedEnd >= dynamicSharedBase)
    error("too much shared memory");
  uint32_t offset = (kernel.staticSharedBytes + variable.align - 1) /
                    variable.align * variable.align;
  kernel.staticSharedBytes = offset + variable.size;
  builder->symbols[variable.name] = variable.address;
  kernel.shared.push_back(std::move(variable));
}

void Parser::parseBody() {
  expect('{');
  openScope();
  while (!scopes.empty()) {
    if (accept('{'))
      openScope();
    else if (accept('}'))
      closeScope();
    else if (peek().kind == Token::Word && peek(1).is(':')) {
      std::string name = expectWord();
      next();
      if (accept(".branchtargets"))
        parseBranchTargets(name);
      else
        scopes.back().labels[name] = builder->kernel.code.size();
    } else if (peek().kind == Token::Word && peek().text[0] == '.')
      parseDirective();
    else if (!accept(';'))
      parseInstruction();
  }
}

void Parser::openScope() {
  scopes.push_back(
      {{}, {}, {}, builder->openBranches.size(), builder->openTables.size()});
}

/// Resolves what was left open since the scope began.
void Parser::closeScope() {
  Kernel &kernel = builder->kernel;
  Scope &scope = scopes.back();
  auto &branches = builder->openBranches;
  auto isResolved = [&](const std::pair<size_t, std::string> &branch) {
    auto label = scope.labels.find(branch.second);
    if (label == scope.labels.end())
      return false;
    kernel.code[branch.first].target = label->second;
    return true;
  };
  branches.erase(std::remove_if(branches.begin() + scope.firstBranch,
                                branches.end(), isResolved),
                 branches.end());
  auto &tables = builder->openTables;
  for (size_t i = scope.firstTable; i != tables.size(); ++i) {
    auto table = scope.tables.find(tables[i].second);
    if (table == scope.tables.end())
      error(fmt::format("unknown table '{}'", tables[i].second));
    for (const std::string &label : table->second) {
      auto target = scope.labels.find(label);
      if (target == scope.labels.end())
        error(fmt::format("unknown label '{}'", label));
      kernel.tables[tables[i].first].push_back(target->second);
    }
  }
  tables.resize(scope.firstTable);
  scopes.pop_back();
  if (scopes.empty() && !branches.empty())
    throw PtxError(kernel.code[branches[0].first].line,
                   fmt::format("unknown label '{}'", branches[0].second));
}

void Parser::parseDirective() {
  Kernel &kernel = builder->kernel;
  if (accept(".reg")) {
    parseRegisters();
  } else if (accept(".shared")) {
    placeShared(parseDeclaration());
    expect(';');
  } else if (accept(".local")) {
    Declaration declaration = parseDeclaration();
    Variable variable = {
        declaration.name, declaration.align, declaration.bytes(),
        placeExactly(kernel.localBytes + variableGap, declaration.align)};
    kernel.localBytes = variable.address + variable.size;
    builder->symbols[variable.name] = variable.address;
    kernel.local.push_back(std::move(variable));
    expect(';');
  } else if (accept(".pragma")) {
    next();
    expect(';');
  } else if (accept(".loc")) {
    skipLocation();
  } else {
    error(fmt::format("unknown directive '{}'", peek().text));
  }
}

void Parser::parseRegisters() {
  std::string word = expectWord();
  std::optional<Type> type = typeOf(word.substr(1));
  if (!type)
    error(fmt::format("unknown type '{}'", word));
  do {
    std::string name = expectWord();
    if (!accept('<')) {
      scopes.back().registers[name] = {builder->allocate(*type), *type};
      continue;
    }
    uint64_t count = expectNumber();
    expect('>');
    for (uint64_t i = 0; i != count; ++i)
      scopes.back().registers[name + std::to_string(i)] = {
          builder->allocate(*type), *type};
  } while (accept(','));
  expect(';');
}

void Parser::parseBranchTargets(const std::string &name) {
  do
    scopes.back().tables[name].push_back(expectWord());
  while (accept(','));
  expect(';');
}

void Parser::skipLocation() {
  for (int i = 0; i != 3; ++i)
    expectNumber();
  while (accept(',')) {
    if (expectWord() == "function_name") {
      expectWord();
      if (accept('+'))
        expectNumber();
    } else {
      for (int i = 0; i != 3; ++i)
        expectNumber();
    }
  }
}

void Parser::parseInstruction() {
  Statement statement;
  if (accept('@')) {
    bool negated = accept('!');
    statement.guard = parseOperand();
    if (statement.guard->kind != Operand::Reg ||
        statement.guard->reg.type != Type::Pred)
      error("the guard is no predicate");
    statement.guard->negated = negated;
  }
  statement.line = peek().line;
  std::string word = expectWord();
  size_t begin = 0;
  for (size_t dot; begin <= word.size(); begin = dot + 1) {
    dot = std::min(word.find('.', begin), word.size());
    std::string part = word.substr(begin, dot - begin);
    if (begin == 0)
      statement.opcode = std::move(part);
    else
      statement.modifiers.push_back(std::move(part));
  }
  if (!isOpcode(statement.opcode))
    throw PtxError(statement.line,
                   fmt::format("unknown opcode '{}'", statement.opcode));
  if (!peek().is(';')) {
    do
      statement.operands.push_back(parseOperand());
    while (accept(','));
  }
  expect(';');
  Decoder(*builder, statement).decode();
}

Operand Parser::parseOperand() {
  Operand operand;
  if (accept('!')) {
    operand = parseOperand();
    operand.negated = true;
    return operand;
  }
  if (accept('[')) {
    operand = parseAddress();
    expect(']');
    return operand;
  }
  if (accept('{')) {
    operand.kind = Operand::Vector;
    do
      operand.elements.push_back(parseOperand());
    while (accept(','));
    expect('}');
    return operand;
  }
  bool negative = accept('-');
  if (peek().kind != Token::Word)
    unexpected();
  char first = peek().text[0];
  if (negative || (first >= '0' && first <= '9'))
    return parseNumber(next(), negative);
  std::string name = expectWord();
  if (name == "_") {
    operand.kind = Operand::Sink;
  } else if (const Register *reg = findRegister(name)) {
    operand.kind = Operand::Reg;
    operand.reg = *reg;
  } else {
    operand.kind = Operand::Symbol;
    operand.name = name;
    if (accept('+'))
      operand.bits = expectNumber();
  }
  if (accept('|'))
    operand.second.push_back(parseOperand());
  return operand;
}

Operand Parser::parseAddress() {
  Operand address;
  address.kind = Operand::Address;
  Operand base = parseOperand();
  if (base.kind == Operand::Symbol) {
    address.bits = base.bits;
    base.bits = 0;
  }
  address.elements.push_back(std::move(base));
  while (peek().is('+') || peek().is('-')) {
    bool negative = next().is('-');
    negative ^= accept('-');
    uint64_t offset = expectNumber();
    address.bits += negative ? -offset : offset;
  }
  return address;
}

Operand Parser::parseNumber(const Token &token, bool negative) {
  Operand operand;
  std::string_view text = token.text;
  bool isBits = text.size() > 2 && text[0] == '0' && !negative;
  if (isBits && (text[1] == 'f' || text[1] == 'F') && text.size() == 10) {
    operand.kind = Operand::Single;
    operand.bits =
        std::strtoull(std::string(text.substr(2)).c_str(), nullptr, 16);
    return operand;
  }
  if (isBits && (text[1] == 'd' || text[1] == 'D') && text.size() == 18) {
    operand.kind = Operand::Double;
    operand.bits =
        std::strtoull(std::string(text.substr(2)).c_str(), nullptr, 16);
    return operand;
  }
  if (std::optional<uint64_t> value = integerOf(text)) {
    operand.kind = Operand::Integer;
    operand.bits = negative ? -*value : *value;
    return operand;
  }
  throw PtxError(token.line, fmt::format("'{}' is no number", text));
}

const Register *Parser::findRegister(const std::string &name) const {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    auto found = scope->registers.find(name);
    if (found != scope->registers.end())
      return &found->second;
  }
  return nullptr;
}

} // namespace

std::shared_ptr<const Lines> vib::cuda::linesOf(std::string_view text) {
  auto lines = std::make_shared<Lines>();
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    lines->emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Program vib::cuda::parsePtx(std::string_view text, const PlaceGlobal &place) {
  return Parser(text, place).run();
}
