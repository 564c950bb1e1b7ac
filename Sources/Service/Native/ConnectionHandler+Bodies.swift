internal import CRM
internal import FoundationEssentials
internal import Schema

/// How bodies are uploaded: several frames under one id.
extension ConnectionHandler {
    /// Takes one frame of an upload.
    ///
    /// - Throws: where another kind of request is open under the id; the connection is closed then.
    func takeUpload(_ request: Request, _ put: PutBodyRequest) throws(Refusal) {
        let id = request.id
        if let parts = requests.upload(id) {
            if let refusal = ConnectionHandler.defect(in: request) { return parts.refuse(refusal) }
            guard let part = put.part else { return parts.refuse(ConnectionHandler.emptyPart) }
            return parts.add(part)
        }
        guard !requests.contains(id) else {
            throw Refusal(.schemaInvalid, "Request id \(id) is still open. Give every open request an id of its own.")
        }
        if let refusal = ConnectionHandler.defect(in: request) { return refuseUpload(id, refusal) }
        guard case .begin(let begin)? = put.part else {
            // What was sent before the client saw that its upload was refused is no mistake.
            guard !requests.hadUpload(id) else { return }
            return refuseUpload(id, Refusal(.schemaInvalid, "An upload begins with begin.", field: "put_body"))
        }
        upload(begin, id)
    }

    private static var emptyPart: Refusal {
        Refusal(.schemaInvalid, "The frame of the upload is empty. Set one of its fields.", field: "put_body")
    }

    private func refuseUpload(_ id: UInt64, _ refusal: Refusal) {
        requests.noteUploadOver(id)
        refuse(id, refusal)
    }

    private func upload(_ begin: PutBodyBegin, _ id: UInt64) {
        guard let output else { return }
        guard requests.takesStream else { return refuseUpload(id, tooManyStreams) }
        let parts = UploadParts()
        let (backend, caller) = (services.backend, caller)
        let task = task(id) { () throws(Refusal) in
            let receiver = try await backend.putBody(begin, from: caller)
            var progress = PutBodyResponse()
            output.send(Response(id, last: false, reflects: backend.reflects, .putBody(progress)))
            for await part in parts.parts {
                switch try part.get() {
                case .begin: throw Refusal(.schemaInvalid, "The upload has begun already.", field: "begin")
                case .content(let content):
                    progress.received = try await receiver.append(Array(content))
                    output.send(Response(id, last: false, reflects: backend.reflects, .putBody(progress)))
                case .finish(let finish):
                    let answer = try await receiver.finish(contentHash: try finish.hash())
                    progress.body = answer.value
                    return output.send(Response(id, reflects: answer.reflects, .putBody(progress)))
                }
            }
            throw ConnectionHandler.cancelled
        }
        guard let task else { return }
        requests.add(id, .upload(task, parts), bytes: 0)
    }
}

extension PutBodyFinish {
    /// The hash to compare; nil where there is none.
    ///
    /// - Throws: SCHEMA_INVALID where it is no SHA-256.
    fileprivate func hash() throws(Refusal) -> [UInt8]? {
        guard !contentSha256.isEmpty else { return nil }
        guard contentSha256.count == 32 else {
            throw Refusal(.schemaInvalid, "A SHA-256 has 32 bytes.", field: "finish.content_sha256")
        }
        return Array(contentSha256)
    }
}
