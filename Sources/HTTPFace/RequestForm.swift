internal import CRM
internal import Schema

/// The JSON of a request that stands in a path and in the parameters of a query.
///
/// A parameter is named as the field in JSON, fields of a message within by a dot: `party.id=…`. A list is its
/// parameter several times. Lists of messages have no such form.
struct RequestForm {
    private indirect enum Node {
        case text(String, isTruth: Bool)
        case list([String])
        case object([(name: String, node: Node)])
    }

    private let shape: MessageShape
    private var root: [(name: String, node: Node)] = []

    /// A form of the message with this name.
    init(of message: String) { shape = MessageShapes.all.shape(named: message) ?? MessageShape() }

    /// Sets a field as a parameter would, for what stands in the path.
    mutating func set(_ path: String, _ value: String) throws(Refusal) {
        let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        try RequestForm.set(names[...], value, in: &root, shape, whole: path)
    }

    /// Sets what the parameters say.
    mutating func set(_ parameters: [RequestTarget.Parameter]) throws(Refusal) {
        for parameter in parameters { try set(parameter.name, parameter.value) }
    }

    /// Sets the reference that a segment of a path is: a UUID, a stream number, or `system:key`.
    mutating func set(reference: String, at field: String) throws(Refusal) {
        if let colon = reference.firstIndex(of: ":") {
            try set(field + ".external.system", String(reference[..<colon]))
            try set(field + ".external.key", String(reference[reference.index(after: colon)...]))
        } else if reference.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            try set(field + ".number", reference)
        } else {
            try set(field + ".id", reference)
        }
    }

    /// Sets the kind of aggregate that a segment of a path names, for example `price-book`.
    mutating func set(kind: String) throws(Refusal) {
        let name = kind.uppercased().split(separator: "-", omittingEmptySubsequences: false).joined(separator: "_")
        guard kind == kind.lowercased(), !kind.contains("_") else { throw RequestForm.unknownKind }
        try set("kind", "AGGREGATE_KIND_" + name)
    }

    /// There is no such kind: the path leads nowhere.
    static let unknownKind = Refusal(
        .notFound, "There is no such kind of record. Kinds are as in the schema, for example price-book.", field: "kind"
    )

    /// The whole as JSON.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        RequestForm.write(.object(root), to: &bytes)
        return bytes
    }

    // MARK: Setting

    private static func set(
        _ names: ArraySlice<String>, _ value: String, in fields: inout [(name: String, node: Node)],
        _ shape: MessageShape, whole: String
    ) throws(Refusal) {
        guard let name = names.first, let field = shape.fields.first(where: { $0.name.elementsEqual(name.utf8) }) else {
            throw refusal("There is no parameter \(whole.prefix(64)) here. Check its spelling.", whole)
        }
        let place = fields.firstIndex { $0.name == name }
        if let message = field.message {
            guard names.count > 1, !field.isList else {
                throw refusal("\(whole.prefix(64)) is no single value. Send the query with POST.", whole)
            }
            var inner: [(name: String, node: Node)] = []
            if let place, case .object(let known) = fields[place].node { inner = known }
            try set(names.dropFirst(), value, in: &inner, MessageShapes.all.shape(at: message), whole: whole)
            if let place { fields[place].node = .object(inner) } else { fields.append((name, .object(inner))) }
            return
        }
        guard names.count == 1 else { throw refusal("\(whole.prefix(64)) has no fields of its own.", whole) }
        switch (place, field.isList) {
        case (nil, true): fields.append((name, .list([value])))
        case (nil, false): fields.append((name, .text(value, isTruth: field.isTruth)))
        case (let place?, true):
            if case .list(let values) = fields[place].node { fields[place].node = .list(values + [value]) }
        case (_?, false): throw refusal("The parameter \(whole.prefix(64)) stands more than once.", whole)
        }
    }

    private static func refusal(_ sentence: String, _ name: String) -> Refusal {
        Refusal(.schemaInvalid, sentence, field: String(name.prefix(64)))
    }

    // MARK: Writing

    private static func write(_ node: Node, to bytes: inout [UInt8]) {
        switch node {
        // Truth is the one kind of value that protobuf's JSON does not take in quotes.
        case .text(let text, isTruth: true) where text == "true" || text == "false": bytes += text.utf8
        case .text(let text, isTruth: _): write(text, to: &bytes)
        case .list(let texts):
            bytes.append(UInt8(ascii: "["))
            for (index, text) in texts.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(text, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let fields):
            bytes.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(field.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                write(field.node, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += "\\u00".utf8
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
