internal import CRM
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Messages in protobuf's own JSON mapping: strict when read, with defaults shown when written.
enum JSONForm {
    private static let options = {
        var options = JSONDecodingOptions()
        // The schema nests less than ten deep.
        options.messageDepthLimit = 32
        return options
    }()

    /// The message that the JSON stands for; nothing at all stands for one without fields.
    ///
    /// - Throws: SCHEMA_INVALID where it is none, or holds what the schema does not know.
    static func read<M: Message>(_ type: M.Type, _ bytes: [UInt8]) throws(Refusal) -> M {
        guard !bytes.isEmpty else { return M() }
        let message: M
        do {
            message = try M(jsonUTF8Bytes: bytes, options: options)
        } catch {
            throw refusal(of: error, type)
        }
        if let defect = MessageForm.defect(in: message) {
            throw Refusal(
                defect.code, "The JSON is no \(name(type)): \(JSONProblem.reason(defect) ?? defect.sentence).")
        }
        return message
    }

    private static func refusal<M: Message>(of error: any Error, _ type: M.Type) -> Refusal {
        let error = error as? JSONDecodingError
        let reason = error.flatMap(JSONProblem.reason) ?? "it does not have the form that the schema asks for"
        return Refusal(
            .schemaInvalid, "The JSON is no \(name(type)): \(reason).",
            field: error.flatMap(JSONProblem.unknownField) ?? "")
    }

    private static func name<M: Message>(_ type: M.Type) -> String {
        M.protoMessageName.split(separator: ".").last.map(String.init) ?? M.protoMessageName
    }

    /// A message as one line of JSON, with the defaults of what is not set.
    static func bytes<M: Message>(_ message: M) throws -> [UInt8] {
        DefaultsFilling.filled(try message.jsonUTF8Bytes(), of: name(M.self))
    }

    /// An error as one line of JSON. Errors hold nothing that cannot be written.
    static func bytes(of detail: ErrorDetail) -> [UInt8] {
        (try? bytes(detail)) ?? Array("{}".utf8)
    }

    /// The answer to a query as one line of JSON.
    static func bytes(of answer: Response.OneOf_Response) throws -> [UInt8] {
        var response = Response()
        response.response = answer
        let whole = DefaultsFilling.filled(try response.jsonUTF8Bytes(), of: "Response", showsDefaults: false)
        // `{"pipeline":` and its `}` are the encoder's own.
        guard let colon = whole.firstIndex(of: UInt8(ascii: ":")), whole.count > colon + 2 else { return whole }
        return Array(whole[(colon + 1)..<(whole.count - 1)])
    }
}
