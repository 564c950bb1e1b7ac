internal import NIOCore
internal import Schema
internal import SwiftProtobuf

/// Requests of the native protocol, encoded before the clock starts, so that the client costs next to nothing.
///
/// The request id of a frame is its index plus one.
struct FrameSet: Sendable {
    private var bytes = ByteBuffer()
    private var ends: [Int] = []
    /// How many commands each frame holds.
    private(set) var commandCounts: [Int] = []

    /// Frames of so many commands each; the last may hold fewer.
    init(_ commands: some Sequence<Command>, perFrame: Int) throws {
        var frame: [Command] = []
        for command in commands {
            frame.append(command)
            if frame.count == perFrame { try add(&frame) }
        }
        if !frame.isEmpty { try add(&frame) }
    }

    var count: Int { ends.count }
    var commandCount: Int { commandCounts.reduce(0, +) }
    var byteCount: Int { bytes.writerIndex }

    /// The frame with this index, its length included. Shares its bytes.
    func frame(_ index: Int) -> ByteBuffer? {
        let start = index == 0 ? 0 : ends[index - 1]
        return bytes.getSlice(at: start, length: ends[index] - start)
    }

    private mutating func add(_ commands: inout [Command]) throws {
        var request = Request()
        request.id = UInt64(ends.count + 1)
        request.submit.commands = commands
        let message: [UInt8] = try request.serializedBytes()
        bytes.writeInteger(UInt32(message.count), endianness: .little)
        bytes.writeBytes(message)
        ends.append(bytes.writerIndex)
        commandCounts.append(commands.count)
        commands.removeAll(keepingCapacity: true)
    }
}
