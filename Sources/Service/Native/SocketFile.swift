package import Glibc
package import NIOCore
internal import NIOPosix

/// The file of a listening socket: may it be made here, who may use it, and taking it away again.
///
/// A socket file outlives its process, so a path is tried before it is replaced. That no second daemon does the
/// same at the same time is the work of the data directory's lock, which is held before any socket is opened.
package struct SocketFile: Sendable {
    /// What a path may have: the 108 bytes of `sun_path` less the final zero.
    static let maximumPathLength = 107

    /// Read and write for owner and group, nothing for others.
    static let mode: mode_t = 0o660

    /// Where the file is.
    package let path: String
    /// Which file was made, so that no other one is taken away.
    private let device: dev_t
    private let inode: ino_t

    /// Makes sure that a socket can be made at the path: a dead one is taken away.
    package static func clear(_ path: String, group: any EventLoopGroup) async throws(NativeServerError) {
        guard path.utf8.count <= maximumPathLength else {
            throw NativeServerError(
                .pathTooLong,
                "The socket path has \(path.utf8.count) bytes; the system allows \(maximumPathLength). "
                    + "Choose a shorter path: \(path)")
        }
        try checkDirectory(of: path)
        guard let status = try status(of: path) else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw NativeServerError(
                .notASocket, "There is a file at \(path) that is no socket. Choose another path, or move the file.")
        }
        guard try await isDead(path, group: group) else { return }
        guard unlink(path) == 0 || errno == ENOENT else { throw system("remove the dead socket", path) }
    }

    /// Gives a socket that was just made its mode and group.
    package init(securing path: String, group: gid_t?) throws(NativeServerError) {
        // The group first: a mode that lets a group in must not hold for the wrong one.
        if let group, chown(path, uid_t.max, group) != 0 {
            throw SocketFile.system("give the group \(group) to the socket", path)
        }
        guard chmod(path, SocketFile.mode) == 0 else { throw SocketFile.system("set the mode of the socket", path) }
        guard let status = try SocketFile.status(of: path) else {
            throw NativeServerError(.system, "The socket \(path) has gone while it was being made.")
        }
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    /// Takes the file away, unless another one has taken its place.
    package func remove() {
        guard let status = try? SocketFile.status(of: path), status.st_dev == device, status.st_ino == inode else {
            return
        }
        unlink(path)
    }

    /// The number of a group that is given by name or number.
    package static func groupID(_ group: String) throws(NativeServerError) -> gid_t {
        if let number = gid_t(group) { return number }
        guard let entry = getgrnam(group) else {
            throw NativeServerError(
                .groupUnknown, "There is no group \(group). Make it, or configure another group for the socket.")
        }
        return entry.pointee.gr_gid
    }

    private static func checkDirectory(of path: String) throws(NativeServerError) {
        let directory: String
        if let slash = path.lastIndex(of: "/") {
            directory = slash == path.startIndex ? "/" : String(path[..<slash])
        } else {
            directory = "."
        }
        guard let status = try status(of: directory, followingLinks: true), status.st_mode & S_IFMT == S_IFDIR else {
            throw NativeServerError(
                .directoryMissing, "The directory of the socket does not exist. Make it: \(directory)")
        }
    }

    /// Whether nobody listens at this socket.
    private static func isDead(_ path: String, group: any EventLoopGroup) async throws(NativeServerError) -> Bool {
        do {
            let channel = try await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get()
            channel.close(promise: nil)
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            return true
        } catch let error as IOError where error.errnoCode == ENOENT {
            return false
        } catch let error as IOError where error.errnoCode == EAGAIN {
            // A full queue of connections: somebody listens, or should.
        } catch {
            throw NativeServerError(
                .system, "It cannot be found out whether a process answers at \(path). Look at the file's owner.",
                cause: error)
        }
        throw NativeServerError(
            .inUse, "Another process answers at \(path). Stop it, or choose another socket path.")
    }

    private static func status(
        of path: String, followingLinks: Bool = false
    ) throws(NativeServerError) -> stat? {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        if result == 0 { return status }
        if errno == ENOENT { return nil }
        throw system("look at", path)
    }

    private static func system(_ action: String, _ path: String) -> NativeServerError {
        let error = IOError(errnoCode: errno, reason: action)
        return NativeServerError(.system, "Could not \(action) \(path): \(error.description)", cause: error)
    }
}
