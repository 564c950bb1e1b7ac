internal import CRM
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import Service

/// Long texts, e-mails and files: their content is the body of the request or of the answer.
extension HTTPExchange {
    /// Takes a body.
    func putBody() async throws -> HTTPAnswer {
        var form = RequestForm(of: "PutBodyBegin")
        var end = RequestForm(of: "PutBodyFinish")
        for parameter in target.parameters {
            guard !["itemId", "mediaType", "size"].contains(parameter.name) else {
                throw Refusal(
                    .schemaInvalid, "The path, Content-Type and Content-Length say this.", field: parameter.name)
            }
            if parameter.name == "contentSha256" {
                try end.set(parameter.name, parameter.value)
            } else {
                try form.set(parameter.name, parameter.value)
            }
        }
        var begin = try JSONForm.read(PutBodyBegin.self, form.bytes)
        let finish = try JSONForm.read(PutBodyFinish.self, end.bytes)
        if target.segments.count == 3 {
            guard Identifier(target.segments[2]) != nil else { throw HTTPExchange.noItem }
            begin.itemID = target.segments[2]
        }
        begin.mediaType = request.headers[.contentType] ?? "application/octet-stream"
        guard let size = request.headers[.contentLength].flatMap({ UInt64($0) }) else {
            throw Refusal(.schemaInvalid, "Say in Content-Length how many bytes the body has.", field: "size")
        }
        begin.size = size
        guard finish.contentSha256.isEmpty || finish.contentSha256.count == 32 else {
            throw Refusal(.schemaInvalid, "A SHA-256 has 32 bytes.", field: "contentSha256")
        }
        let receiver = try await backend.putBody(begin, from: caller)
        var progress = PutBodyResponse()
        for try await buffer in request.body {
            progress.received = try await receiver.append(Array(buffer.readableBytesView))
        }
        let hash = finish.contentSha256.isEmpty ? nil : Array(finish.contentSha256)
        let answer = try await receiver.finish(contentHash: hash)
        progress.body = answer.value
        return try .message(progress, reflects: answer.reflects)
    }

    /// Gives a body, with its media type.
    func getBody() async throws -> HTTPAnswer {
        guard Identifier(target.segments[2]) != nil else { throw HTTPExchange.noItem }
        var form = RequestForm(of: "GetBodyRequest")
        try form.set("itemId", target.segments[2])
        try form.set(target.parameters)
        let asked = try JSONForm.read(GetBodyRequest.self, form.bytes)
        let pieces = try await backend.getBody(asked, from: caller)
        // What cannot be read has the status of its refusal.
        let first = try await pieces.next()
        var headers = HTTPAnswer.fields(pieces.body.mediaType, reflects: backend.reflects)
        // Nobody's browser is to take a customer's file for a page of this host.
        headers[.contentDisposition] = "attachment"
        headers[.xContentTypeOptions] = "nosniff"
        return HTTPAnswer(
            status: .ok, headers: headers,
            body: ResponseBody(contentLength: Int(clamping: pieces.body.size)) { writer in
                var piece = first
                while let content = piece?.content {
                    try await writer.write(ByteBuffer(bytes: content))
                    piece = try await pieces.next()
                }
                try await writer.finish(nil)
            })
    }

    private static let noItem = Refusal(.notFound, "A body is named by its UUID. Check the path.", field: "item")
}
