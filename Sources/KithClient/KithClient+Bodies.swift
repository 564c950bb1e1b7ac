internal import FoundationEssentials
public import Schema

/// The pieces of a body, the first one with its reference.
public typealias BodyPieces = ResponseSequence<GetBodyResponse>

extension KithClient {
    /// Bytes of content in one frame, and frames that may be unanswered; both are part of the protocol.
    private static let pieceSize = 1 << 20
    private static let unansweredMaximum = 4

    /// Uploads a long text, an e-mail or a file, for a command to refer to within a day.
    ///
    /// ```swift
    /// var begin = PutBodyBegin()
    /// begin.subject.id = customerID
    /// begin.mediaType = "message/rfc822"
    /// let body = try await client.putBody(begin, content: bytes)
    /// var input = BodyInput()
    /// input.itemID = body.value.itemID
    /// input.role = .email
    /// ```
    ///
    /// - Parameters:
    ///   - begin: for whom it is, and what; its size follows from the content.
    ///   - contentHash: SHA-256 of the content, for the service to compare; empty: it is not compared.
    /// - Returns: what a command can refer to. It is on stable storage.
    /// - Throws: `refused`, for example with `LIMIT_EXCEEDED` above 25 MB or `BODY_TAKEN` where the id was used before.
    public func putBody(
        _ begin: PutBodyBegin, content: [UInt8], contentHash: [UInt8] = []
    ) async throws(KithClientError) -> Answer<BodyReference> {
        var begin = begin
        begin.size = UInt64(content.count)
        var finish = PutBodyFinish()
        finish.contentSha256 = Data(contentHash)
        var first = PutBodyRequest()
        first.begin = begin
        let id = try connection.openStream(.putBody(first))
        defer { connection.abandon(id) }
        var unanswered = 1
        var offset = 0
        var isFinished = false
        while let frame = try await connection.nextFrame(of: id) {
            guard case .putBody(let progress)? = frame.response else { throw .unexpectedAnswer(to: "put_body") }
            if progress.hasBody { return Answer(value: progress.body, reflects: frame.reflects) }
            unanswered -= 1
            while unanswered < Self.unansweredMaximum, !isFinished {
                var part = PutBodyRequest()
                if offset < content.count {
                    let end = min(offset + Self.pieceSize, content.count)
                    part.content = Data(content[offset..<end])
                    offset = end
                } else {
                    part.finish = finish
                    isFinished = true
                }
                try connection.send(.putBody(part), on: id)
                unanswered += 1
            }
        }
        throw .unexpectedAnswer(to: "put_body")
    }

    /// Reads a body, piece by piece.
    ///
    /// The service sends pieces only as fast as they are consumed. Leaving the loop cancels the request.
    public func getBody(_ request: GetBodyRequest) -> BodyPieces {
        ResponseSequence(connection: connection, request: .getBody(request)) { response in
            guard case .getBody(let piece)? = response.response else { return nil }
            return piece
        }
    }
}
