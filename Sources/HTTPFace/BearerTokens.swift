internal import Crypto
internal import FoundationEssentials
internal import Glibc
package import Service

/// The bearer tokens that the service knows, each the secret of one principal.
///
/// Only their hashes are kept, and every one of them is compared, in constant time: how long a refusal takes says
/// nothing about a token.
package struct BearerTokens: Sendable {
    private let tokens: [(name: String, digest: SHA256.Digest)]

    /// Fewest and most characters of a token.
    package static let lengths = 32...1_024

    /// No tokens: nobody gets in.
    package init() { tokens = [] }

    /// Reads the files of the tokens, each with its principal's name.
    ///
    /// - Throws: where a file is missing, open to others, or holds no token.
    package init(files: [(name: String, path: String)]) throws(NativeServerError) {
        var tokens: [(name: String, digest: SHA256.Digest)] = []
        for (name, path) in files {
            let digest = SHA256.hash(data: try BearerTokens.read(path))
            guard !tokens.contains(where: { $0.digest == digest }) else {
                throw NativeServerError(
                    .tokenFile, "The token file \(path) holds the token of another principal. Give each its own.")
            }
            tokens.append((name, digest))
        }
        self.tokens = tokens
    }

    /// The name of the principal whose token this is.
    func name(of token: Substring) -> String? {
        let digest = SHA256.hash(data: Array(token.utf8))
        var found: String?
        for known in tokens where known.digest == digest { found = known.name }
        return found
    }

    private static func read(_ path: String) throws(NativeServerError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw NativeServerError(
                .tokenFile, "The token file \(path) cannot be opened (error \(errno)). Make it, or check its owner.")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw NativeServerError(.tokenFile, "The token file \(path) is no regular file.")
        }
        let mode = status.st_mode & 0o7777
        guard status.st_uid == geteuid(), mode == 0o600 || mode == 0o400 else {
            throw NativeServerError(
                .tokenFile,
                "The token file \(path) must belong to user \(geteuid()) and have mode 600 or 400, so that nobody "
                    + "else can use it.")
        }
        var bytes = [UInt8](repeating: 0, count: lengths.upperBound + 2)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        var token = bytes.prefix(max(count, 0))
        // One end of line, as an editor or `openssl rand` leaves it.
        if token.last == UInt8(ascii: "\n") { token.removeLast() }
        guard lengths.contains(token.count), token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw NativeServerError(
                .tokenFile,
                "The token file \(path) must hold one line of \(lengths.lowerBound) to \(lengths.upperBound) visible "
                    + "ASCII characters. Make one with: openssl rand -hex 32")
        }
        return Array(token)
    }
}
