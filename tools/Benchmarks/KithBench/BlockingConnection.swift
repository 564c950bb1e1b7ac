internal import Glibc
internal import NIOCore
internal import Schema
internal import SwiftProtobuf

/// A connection that does one thing at a time on the calling thread: what a command costs then is what the service
/// makes it cost.
final class BlockingConnection {
    private let socket: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(path: String) throws(BenchmarkFailure) {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw BenchmarkFailure("No socket could be made (error \(errno)).") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
            guard path.utf8.count < place.count else { return false }
            place.copyBytes(from: path.utf8)
            return true
        }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard fits, connected == 0 else {
            close(socket)
            throw BenchmarkFailure("The service cannot be reached at \(path) (error \(errno)).")
        }
    }

    deinit { close(socket) }

    /// Sends a frame and waits for its answer.
    func call(_ frame: ByteBuffer) throws -> AnswerScan {
        try frame.withUnsafeReadableBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = write(socket, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
                guard count > 0 else { throw BenchmarkFailure("Sending failed (error \(errno)).") }
                sent += count
            }
        }
        return try receive()
    }

    private func receive() throws -> AnswerScan {
        var received = 0
        var total = 4
        while received < total {
            if total > buffer.count { buffer.append(contentsOf: repeatElement(0, count: total - buffer.count)) }
            let count = buffer.withUnsafeMutableBytes { place in
                read(socket, place.baseAddress?.advanced(by: received), place.count - received)
            }
            guard count > 0 else { throw BenchmarkFailure("The service closed the connection (error \(errno)).") }
            received += count
            if received >= 4 {
                total = 4 + Int(buffer.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) })
            }
        }
        return try buffer.withUnsafeBytes { bytes in
            let message = UnsafeRawBufferPointer(rebasing: bytes[4..<total])
            let scan = try AnswerScan(message)
            try Refused.check(scan, message)
            return scan
        }
    }
}

/// A benchmark of refusals would be worth nothing: the first one ends it.
enum Refused {
    static func check(_ scan: AnswerScan, _ message: UnsafeRawBufferPointer) throws {
        guard scan.isError || scan.refused > 0 else { return }
        let response = try Response(serializedBytes: Array(message))
        if case .error(let detail)? = response.response {
            throw BenchmarkFailure("The request was refused: \(detail.code) \(detail.sentence)")
        }
        for result in response.submit.results {
            if case .refused(let detail)? = result.outcome {
                throw BenchmarkFailure("A command was refused: \(detail.code) \(detail.sentence)")
            }
        }
    }
}
