internal import Glibc
package import NIOCore

/// Who is at the other end of a Unix domain socket.
///
/// glibc's `struct ucred`, which Swift does not import: three 32-bit integers in this order.
package struct PeerCredentials: Sendable {
    /// The process that connected.
    package var processID: Int32
    /// The user it ran as.
    package var userID: UInt32
    /// Its group.
    package var groupID: UInt32

    /// Asks the kernel; the answer holds for the moment of the peer's connect and cannot be forged by it.
    package static func read(of channel: any Channel) -> EventLoopFuture<PeerCredentials> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        // Sound because the type has the layout of what SO_PEERCRED fills in, and every bit pattern is a value of it.
        return provider.unsafeGetSocketOption(
            level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_PEERCRED))
    }
}
