internal import CRM
internal import NIOCore
internal import Schema
internal import SwiftProtobuf

/// A frame of commands on its way to the command path, in steps none of which takes long: a frame of a thousand
/// commands must not hold up the other connections of its event loop for as long as a thousand commands take.
///
/// First every command is decoded, because a frame that cannot be read whole changes nothing; then they are handed on.
struct CommandFrame {
    /// Commands and bytes that one step takes, about.
    private static let stepCommands = 16
    private static let stepBytes = 16 << 10

    /// The id of the request.
    let id: UInt64
    /// Size of the frame.
    let bytes: Int
    private let message: ByteBuffer
    private var undecoded: ArraySlice<Range<Int>>
    private var commands: [Command]
    private var submitted = 0

    /// A frame that was decoded already.
    init(id: UInt64, bytes: Int, commands: [Command]) {
        self.id = id
        self.bytes = bytes
        self.commands = commands
        message = ByteBuffer()
        undecoded = []
    }

    /// A frame whose commands are found, and not looked at yet.
    init(id: UInt64, message: ByteBuffer, commands: [Range<Int>]) {
        self.id = id
        bytes = message.readableBytes
        self.message = message
        undecoded = commands[...]
        self.commands = []
        self.commands.reserveCapacity(commands.count)
    }

    /// How many commands there are.
    var count: Int { commands.count + undecoded.count }
    /// Whether all commands are decoded.
    var isDecoded: Bool { undecoded.isEmpty }
    /// Whether all of them were handed on.
    var isSubmitted: Bool { submitted == commands.count }

    private var bytesPerCommand: Int { bytes / max(1, count) }
    private var step: Int { max(1, min(Self.stepCommands, Self.stepBytes / max(1, bytesPerCommand))) }

    /// Decodes some more commands.
    ///
    /// - Throws: an error of SwiftProtobuf.
    mutating func decodeStep(_ options: BinaryDecodingOptions) throws {
        for range in undecoded.prefix(step) {
            commands.append(
                try Command(serializedBytes: message.readableBytesSpan.extracting(range), options: options))
        }
        undecoded = undecoded.dropFirst(step)
    }

    /// The next commands to hand on, and in how many bytes they came.
    mutating func submitStep() -> (commands: ArraySlice<Command>, bytes: Int) {
        var count = 0
        var bodies = 0
        while count < step, submitted + count < commands.count {
            bodies += commands[submitted + count].bodies.count
            // A command with many bodies is a step of its own.
            guard count == 0 || bodies <= Self.stepCommands else { break }
            count += 1
        }
        defer { submitted += count }
        return (commands[submitted..<submitted + count], count * bytesPerCommand)
    }
}

/// Finds the commands in the bytes of a request without decoding them.
enum CommandCutter {
    private enum Field {
        static let requestID: UInt64 = 1 << 3
        static let submit: UInt64 = 2 << 3 | 2
        static let command: UInt64 = 1 << 3 | 2
    }

    /// The request's id, and where in the message its commands are; nil where it is anything but a plain `submit`, and
    /// has to be decoded whole.
    ///
    /// - Parameter most: commands beyond which the search ends.
    static func cut(_ message: ByteBuffer, most: Int) -> (id: UInt64, commands: [Range<Int>])? {
        let bytes = message.readableBytesView
        var offset = bytes.startIndex
        var id: UInt64?
        var commands: [Range<Int>]?
        while offset < bytes.endIndex {
            switch varint(bytes, &offset) {
            case Field.requestID where id == nil: id = varint(bytes, &offset)
            case Field.submit where commands == nil:
                guard let content = content(bytes, &offset, end: bytes.endIndex) else { return nil }
                commands = parts(bytes, content, most: most)
                if commands == nil { return nil }
            default: return nil
            }
        }
        guard let id, let commands else { return nil }
        return (id, commands.map { $0.lowerBound - bytes.startIndex..<$0.upperBound - bytes.startIndex })
    }

    private static func parts(_ bytes: ByteBufferView, _ submit: Range<Int>, most: Int) -> [Range<Int>]? {
        var parts: [Range<Int>] = []
        var offset = submit.lowerBound
        while offset < submit.upperBound, parts.count <= most {
            guard varint(bytes, &offset) == Field.command, let part = content(bytes, &offset, end: submit.upperBound)
            else { return nil }
            parts.append(part)
        }
        return parts
    }

    /// The content behind its length.
    private static func content(_ bytes: ByteBufferView, _ offset: inout Int, end: Int) -> Range<Int>? {
        guard let length = varint(bytes, &offset), offset <= end, length <= UInt64(end - offset) else { return nil }
        defer { offset += Int(length) }
        return offset..<offset + Int(length)
    }

    private static func varint(_ bytes: ByteBufferView, _ offset: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard offset < bytes.endIndex else { return nil }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        // Ten bytes: an id may have them, nothing else has.
        guard offset < bytes.endIndex, bytes[offset] <= 1 else { return nil }
        value |= UInt64(bytes[offset]) << 63
        offset += 1
        return value
    }
}
