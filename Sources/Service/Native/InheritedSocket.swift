internal import Glibc
package import NIOCore
package import NIOPosix

/// A listening socket that a service manager opened before it started the process.
package enum InheritedSocket {
    /// Takes connections of the socket.
    ///
    /// - Throws: where the descriptor is that of no Unix domain socket: somebody has started the process wrong.
    package static func listen(
        _ descriptor: Int32, _ bootstrap: ServerBootstrap
    ) async throws(NativeServerError) -> any Channel {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            throw NativeServerError(
                .system, "Descriptor \(descriptor), which the service manager passes, is no socket. Look at its unit.")
        }
        // No program that this one might start is to keep it.
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw NativeServerError(.system, "Descriptor \(descriptor) cannot be kept to this process.")
        }
        do {
            return try await bootstrap.withBoundSocket(descriptor).get()
        } catch {
            throw NativeServerError(
                .system, "The socket that the service manager passes cannot be listened at: \(error)", cause: error)
        }
    }
}
