//===- Server.cpp - The language server's protocol --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vib-lsp-server/Server.h"
#include "tools/vib-lsp-server/Completion.h"
#include "tools/vib-lsp-server/Document.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;
using namespace llvm::lsp;
using namespace vib;

namespace {
class Server {
public:
  Server(JSONTransport &transport, const mlir::DialectRegistry &registry)
      : registry(registry), handler(transport),
        publish(handler.outgoingNotification<PublishDiagnosticsParams>(
            "textDocument/publishDiagnostics")) {
    handler.method("initialize", this, &Server::initialize);
    handler.method("shutdown", this, &Server::shutdown);
    handler.notification("initialized", this, &Server::ignore);
    handler.notification("textDocument/didOpen", this, &Server::open);
    handler.notification("textDocument/didChange", this, &Server::change);
    handler.notification("textDocument/didClose", this, &Server::close);
    handler.method("textDocument/definition", this, &Server::findDefinition);
    handler.method("textDocument/references", this, &Server::findReferences);
    handler.method("textDocument/hover", this, &Server::hover);
    handler.method("textDocument/documentSymbol", this, &Server::listSymbols);
    handler.method("textDocument/completion", this, &Server::complete);
  }

  MessageHandler &getHandler() { return handler; }
  bool wasShutDown() const { return isShutDown; }

private:
  void initialize(const InitializeParams &, Callback<json::Value> reply);
  void ignore(const NoParams &) {}
  void shutdown(const NoParams &, Callback<std::nullptr_t> reply) {
    isShutDown = true;
    reply(nullptr);
  }

  void open(const DidOpenTextDocumentParams &params);
  void change(const DidChangeTextDocumentParams &params);
  void close(const DidCloseTextDocumentParams &params);
  void setText(const URIForFile &uri, Document &document, StringRef text,
               int64_t version);

  void findDefinition(const TextDocumentPositionParams &params,
                      Callback<std::vector<Location>> reply);
  void findReferences(const ReferenceParams &params,
                      Callback<std::vector<Location>> reply);
  void hover(const TextDocumentPositionParams &params,
             Callback<std::optional<Hover>> reply);
  void listSymbols(const DocumentSymbolParams &params,
                   Callback<std::vector<DocumentSymbol>> reply);
  void complete(const CompletionParams &params, Callback<CompletionList> reply);

  /// The document of a request; null if it is not open.
  Document *lookup(const TextDocumentIdentifier &id) {
    auto found = documents.find(id.uri.uri());
    return found == documents.end() ? nullptr : found->second.get();
  }

  const mlir::DialectRegistry &registry;
  Reference reference;
  MessageHandler handler;
  OutgoingNotification<PublishDiagnosticsParams> publish;
  StringMap<std::unique_ptr<Document>> documents;
  bool isShutDown = false;
};
} // namespace

void Server::initialize(const InitializeParams &, Callback<json::Value> reply) {
  json::Object capabilities{
      {"textDocumentSync",
       json::Object{
           {"openClose", true},
           {"change", static_cast<int>(TextDocumentSyncKind::Incremental)},
           {"save", true}}},
      {"completionProvider",
       json::Object{{"triggerCharacters", {".", "#", "!", "%", "<", ",", " "}},
                    {"resolveProvider", false}}},
      {"definitionProvider", true},
      {"referencesProvider", true},
      {"hoverProvider", true},
      {"documentSymbolProvider", true}};
  reply(json::Object{{"serverInfo", json::Object{{"name", "vib-lsp-server"},
                                                 {"version", VIB_VERSION}}},
                     {"capabilities", std::move(capabilities)}});
}

//===----------------------------------------------------------------------===//
// Documents
//===----------------------------------------------------------------------===//

void Server::setText(const URIForFile &uri, Document &document, StringRef text,
                     int64_t version) {
  PublishDiagnosticsParams params(uri, version);
  params.diagnostics = document.setText(text);
  publish(params);
}

void Server::open(const DidOpenTextDocumentParams &params) {
  const TextDocumentItem &item = params.textDocument;
  std::unique_ptr<Document> &document = documents[item.uri.uri()];
  document = std::make_unique<Document>(item.uri, registry);
  setText(item.uri, *document, item.text, item.version);
}

void Server::change(const DidChangeTextDocumentParams &params) {
  Document *document = lookup({params.textDocument.uri});
  if (!document)
    return;
  std::string text = document->getText();
  if (succeeded(
          TextDocumentContentChangeEvent::applyTo(params.contentChanges, text)))
    setText(params.textDocument.uri, *document, text,
            params.textDocument.version);
}

void Server::close(const DidCloseTextDocumentParams &params) {
  documents.erase(params.textDocument.uri.uri());
  // Removes the document's diagnostics from the editor's list.
  publish(PublishDiagnosticsParams(params.textDocument.uri, 0));
}

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

void Server::findDefinition(const TextDocumentPositionParams &params,
                            Callback<std::vector<Location>> reply) {
  Document *document = lookup(params.textDocument);
  reply(document ? document->findDefinition(params.position)
                 : std::vector<Location>());
}

void Server::findReferences(const ReferenceParams &params,
                            Callback<std::vector<Location>> reply) {
  Document *document = lookup(params.textDocument);
  reply(document ? document->findUses(params.position,
                                      params.context.includeDeclaration)
                 : std::vector<Location>());
}

void Server::hover(const TextDocumentPositionParams &params,
                   Callback<std::optional<Hover>> reply) {
  Document *document = lookup(params.textDocument);
  reply(document ? document->findHover(reference, params.position)
                 : std::nullopt);
}

void Server::listSymbols(const DocumentSymbolParams &params,
                         Callback<std::vector<DocumentSymbol>> reply) {
  Document *document = lookup(params.textDocument);
  reply(document ? document->getSymbols() : std::vector<DocumentSymbol>());
}

void Server::complete(const CompletionParams &params,
                      Callback<CompletionList> reply) {
  Document *document = lookup(params.textDocument);
  if (!document)
    return reply(CompletionList());
  reply(vib::complete(reference, document->getTextBefore(params.position),
                      params.position));
}

int vib::runServer(JSONTransport &transport,
                   const mlir::DialectRegistry &registry) {
  Server server(transport, registry);
  if (Error error = transport.run(server.getHandler())) {
    Logger::error("{0}", toString(std::move(error)));
    return 1;
  }
  return server.wasShutDown() ? 0 : 1;
}
