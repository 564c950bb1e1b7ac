/// Adds to the JSON of a message what the encoder leaves out: fields that hold their default.
///
/// The encoder writes fields in the order of their numbers, as the shapes have them, so that one pass over both is
/// enough. Its JSON is compact and sound; nothing else is ever given to this.
struct DefaultsFilling {
    private let input: [UInt8]
    private var offset = 0
    private var output: [UInt8] = []

    /// - Parameters:
    ///   - json: what the encoder wrote.
    ///   - name: name of the message, without its package.
    ///   - showsDefaults: whether the outermost message gets its own defaults; those within always do.
    static func filled(_ json: [UInt8], of name: String, showsDefaults: Bool = true) -> [UInt8] {
        guard let shape = MessageShapes.all.shape(named: name) else { return json }
        var filling = DefaultsFilling(input: json)
        filling.output.reserveCapacity(json.count * 2)
        filling.object(shape, showsDefaults: showsDefaults)
        return filling.output
    }

    private init(input: [UInt8]) { self.input = input }

    private mutating func object(_ shape: MessageShape, showsDefaults: Bool = true) {
        copy(1)
        var next = 0
        var isFirst = true
        while offset < input.count, input[offset] != UInt8(ascii: "}") {
            if input[offset] == UInt8(ascii: ",") { offset += 1 }
            let end = endOfString(from: offset)
            let name = input[(offset + 1)..<(end - 1)]
            let found = shape.fields[next...].firstIndex { $0.name.elementsEqual(name) }
            if let found, showsDefaults { append(shape.fields[next..<found], &isFirst) }
            separate(&isFirst)
            copy(end - offset + 1)
            value(found.flatMap { shape.fields[$0].message }.map(MessageShapes.all.shape(at:)))
            if let found { next = found + 1 }
        }
        if showsDefaults { append(shape.fields[next...], &isFirst) }
        copy(1)
    }

    private mutating func append(_ fields: ArraySlice<MessageShape.Field>, _ isFirst: inout Bool) {
        for field in fields {
            guard let text = field.defaultMember else { continue }
            separate(&isFirst)
            output += text
        }
    }

    private mutating func separate(_ isFirst: inout Bool) {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    /// Copies a value; objects in it that are messages of this shape get their defaults.
    private mutating func value(_ shape: MessageShape?) {
        guard offset < input.count else { return }
        switch input[offset] {
        case UInt8(ascii: "{"):
            if let shape { object(shape) } else { nested(shape) }
        case UInt8(ascii: "["): nested(shape)
        case UInt8(ascii: "\""): copy(endOfString(from: offset) - offset)
        default:
            while offset < input.count, !DefaultsFilling.endsValue(input[offset]) { copy(1) }
        }
    }

    /// Copies an array, or an object that is no message.
    private mutating func nested(_ shape: MessageShape?) {
        copy(1)
        while offset < input.count, input[offset] != UInt8(ascii: "]"), input[offset] != UInt8(ascii: "}") {
            if input[offset] == UInt8(ascii: ",") || input[offset] == UInt8(ascii: ":") {
                copy(1)
            } else {
                value(shape)
            }
        }
        copy(1)
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    }

    /// The offset behind the closing quote of the string that begins at `start`.
    private func endOfString(from start: Int) -> Int {
        var index = start + 1
        while index < input.count, input[index] != UInt8(ascii: "\"") {
            index += input[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, input.count)
    }

    private mutating func copy(_ count: Int) {
        let end = min(offset + count, input.count)
        output += input[offset..<end]
        offset = end
    }
}
