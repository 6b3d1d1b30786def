//===- Completion.cpp - Completing text at a position -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vib-lsp-server/Completion.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace llvm::lsp;
using namespace vib;

static bool isWord(char c) { return isAlnum(c) || c == '_'; }
static bool isName(char c) { return isWord(c) || c == '.' || c == '$'; }

/// The longest suffix of `text` of which all characters are `isPart`.
static StringRef takeBackWhile(StringRef text, bool (*isPart)(char)) {
  size_t size = 0;
  while (size != text.size() && isPart(text[text.size() - size - 1]))
    ++size;
  return text.take_back(size);
}

/// The position of the innermost bracket that is open at the end of `text`.
static size_t findOpenBracket(StringRef text) {
  unsigned depth = 0;
  for (size_t i = text.size(); i-- != 0;) {
    bool isArrow = text[i] == '>' && i != 0 && text[i - 1] == '-';
    if (StringRef(">})]").contains(text[i]) && !isArrow)
      ++depth;
    else if (StringRef("<{([").contains(text[i]) && depth-- == 0)
      return i;
  }
  return StringRef::npos;
}

const ReferenceEntry *vib::findKeyed(const Reference &reference,
                                     StringRef before) {
  size_t bracket = findOpenBracket(before);
  if (bracket == StringRef::npos)
    return nullptr;
  StringRef head = before.take_front(bracket);
  if (before[bracket] == '<') {
    StringRef name = takeBackWhile(head, isName);
    bool isAttribute = head.drop_back(name.size()).ends_with("#");
    return isAttribute ? reference.lookup(("#" + name).str()) : nullptr;
  }
  // vib.train @model batch(4) epochs(1) {
  StringRef train = head.substr(head.rfind("vib.train"));
  bool isTrain = before[bracket] == '{' && train.starts_with("vib.train") &&
                 !train.contains('{');
  return isTrain ? reference.lookup("vib.train") : nullptr;
}

namespace {
/// Collects items that replace the last `length` characters before a position.
class Items {
public:
  Items(Position position, size_t length) : range(position) {
    range.start.character -= length;
  }

  void add(StringRef text, CompletionItemKind kind, StringRef detail = "",
           StringRef documentation = "") {
    CompletionItem item(text, kind);
    item.detail = detail.str();
    if (!documentation.empty())
      item.documentation =
          MarkupContent{MarkupKind::Markdown, documentation.str()};
    item.textEdit = TextEdit{range, text.str()};
    list.items.push_back(std::move(item));
  }

  /// Adds the entries whose names begin with `prefix`, which is already in the
  /// text.
  void addEntries(const Reference &reference, StringRef prefix,
                  CompletionItemKind kind,
                  function_ref<bool(const ReferenceEntry &)> isWanted) {
    for (const ReferenceEntry &entry : reference.getEntries()) {
      StringRef name = entry.name;
      if (name.consume_front(prefix) && isWanted(entry))
        add(name, kind, entry.summary, entry.text);
    }
  }

  CompletionList take() { return std::move(list); }

private:
  Range range;
  CompletionList list;
};
} // namespace

static bool isAny(const ReferenceEntry &) { return true; }

/// Completes an attribute. After "optimizer = #vib." these are the values of
/// that setting in the reference, elsewhere all attributes.
static CompletionList completeAttribute(const Reference &reference,
                                        StringRef before, Items items) {
  StringRef head = before.rtrim();
  const ReferenceKey *key = nullptr;
  if (head.consume_back("="))
    if (const ReferenceEntry *keyed = findKeyed(reference, head))
      key = keyed->lookup(takeBackWhile(head.rtrim(), isWord));
  items.addEntries(reference, "#vib.", CompletionItemKind::EnumMember,
                   [&](const ReferenceEntry &entry) {
                     return !key || StringRef(key->text).contains(
                                        "`" + entry.name + "`");
                   });
  return items.take();
}

/// Completes a key: those that are not yet in the text.
static CompletionList completeKey(const ReferenceEntry &keyed, StringRef before,
                                  Items items) {
  StringRef inside = before.drop_front(findOpenBracket(before) + 1);
  for (const ReferenceKey &key : keyed.keys) {
    bool isThere = false;
    for (size_t at = inside.find(key.name); at != StringRef::npos;
         at = inside.find(key.name, at + 1))
      isThere |= (at == 0 || !isWord(inside[at - 1])) &&
                 inside.substr(at + key.name.size()).ltrim().starts_with("=");
    if (!isThere)
      items.add(key.name, CompletionItemKind::Field, "of " + keyed.name,
                key.text);
  }
  return items.take();
}

/// Completes the name of a value: those in the text.
static CompletionList completeValue(StringRef before, Items items) {
  SmallSetVector<StringRef, 16> names;
  for (size_t at = before.find('%'); at != StringRef::npos;
       at = before.find('%', at + 1)) {
    StringRef name = before.substr(at + 1).take_while(isName);
    if (!name.empty())
      names.insert(before.substr(at, name.size() + 1));
  }
  for (StringRef name : names)
    items.add(name, CompletionItemKind::Variable);
  return items.take();
}

CompletionList vib::complete(const Reference &reference, StringRef before,
                             Position position) {
  StringRef line = before.substr(before.rfind('\n') + 1);
  if (line.contains("//"))
    return {};
  StringRef name = takeBackWhile(line, isName);
  StringRef head = before.drop_back(name.size());
  char mark = head.empty() ? '\0' : head.back();
  if (mark == '%')
    return completeValue(head.drop_back(), Items(position, name.size() + 1));

  StringRef word = takeBackWhile(line, isWord);
  Items items(position, word.size());
  if (name.starts_with("vib.")) {
    if (mark == '#')
      return completeAttribute(reference, head.drop_back(), std::move(items));
    bool isType = mark == '!';
    items.addEntries(reference, isType ? "!vib." : "vib.",
                     isType ? CompletionItemKind::Class
                            : CompletionItemKind::Function,
                     isAny);
    return items.take();
  }
  StringRef start = head.rtrim();
  if (const ReferenceEntry *keyed = findKeyed(reference, before)) {
    // After "=" there is a value, not a key.
    if (start.ends_with("<") || start.ends_with("{") || start.ends_with(","))
      return completeKey(*keyed, before.drop_back(word.size()),
                         std::move(items));
    return {};
  }
  // At the beginning of an op.
  StringRef lineStart = line.drop_back(name.size()).rtrim();
  if (lineStart.empty() || lineStart.ends_with("=") || lineStart.ends_with("{"))
    items.addEntries(reference, "", CompletionItemKind::Function,
                     [](const ReferenceEntry &entry) {
                       return StringRef(entry.name).starts_with("vib.");
                     });
  return items.take();
}
