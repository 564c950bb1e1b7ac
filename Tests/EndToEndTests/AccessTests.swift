import Foundation
import KithClient
import Testing

/// Who may do what, by the user id that the kernel says.
@Suite(.serialized, .enabled(if: OtherUser.canBeTried, OtherUser.missing)) struct AccessTests {
    /// A service whose socket another user may reach.
    private static func runOpen(_ work: (Daemon) async throws -> Void) async throws {
        let folder = try TestFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.path)
        try await Daemon.run(in: folder, arguments: ["--group", "\(OtherUser.uid)"], work)
    }

    private static func other(_ daemon: Daemon, _ arguments: String...) async throws -> RunOutcome {
        try await OtherUser.run(Places.kith, arguments, in: daemon.folder, socket: daemon.socketPath)
    }

    @Test func `another user does not come through the mode of the socket`() async throws {
        let folder = try TestFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.path)
        try await Daemon.run(in: folder) { daemon in
            let run = try await AccessTests.other(daemon, "status")
            #expect(run.code == 3, "\(run)")
        }
    }

    @Test func `another user is refused until granted a role`() async throws {
        try await AccessTests.runOpen { daemon in
            let before = try await daemon.durablePosition()
            for arguments in [["status"], ["list", "party"], ["history"], ["access", "list"], ["rebuild", "all"]] {
                let run = try await OtherUser.run(Places.kith, arguments, in: daemon.folder, socket: daemon.socketPath)
                #expect(run.code == 1 && run.complaint.contains("FORBIDDEN"), "\(arguments): \(run)")
            }
            // He cannot let himself in.
            let himself = try await AccessTests.other(
                daemon, "access", "grant", "--uid", "\(OtherUser.uid)", "--role", "admin")
            #expect(himself.code == 1 && himself.complaint.contains("FORBIDDEN"), "\(himself)")
            #expect(try await daemon.durablePosition() == before)

            let grant = try await daemon.kith("access", "grant", "--uid", "\(OtherUser.uid)", "--role", "operator")
            #expect(grant.code == 0, "\(grant)")
            #expect(try await AccessTests.other(daemon, "status", "--digest").code == 0)
            let revoke = try await daemon.kith("access", "revoke", "--uid", "\(OtherUser.uid)", "--role", "operator")
            #expect(revoke.code == 0, "\(revoke)")
            let after = try await AccessTests.other(daemon, "status")
            #expect(after.code == 1 && after.complaint.contains("FORBIDDEN"), "\(after)")
        }
    }

    @Test func `an operator reads no personal data and writes nothing`() async throws {
        try await AccessTests.runOpen { daemon in
            let id = newID()
            try await daemon.withClient { client in
                _ = try await client.accepted(Command(.person("Rumpelstilzchen", id: id)))
            }
            let grant = try await daemon.kith("access", "grant", "--uid", "\(OtherUser.uid)", "--role", "operator")
            #expect(grant.code == 0, "\(grant)")
            let before = try await daemon.durablePosition()
            for arguments in [["get", "party", id], ["list", "party", "--all"], ["customer", id]] {
                let json = try await OtherUser.run(
                    Places.kith, arguments + ["--json"], in: daemon.folder, socket: daemon.socketPath)
                #expect(json.code == 0 && json.output.contains(id), "\(json)")
                #expect(!json.output.contains("Rumpelstilzchen"), "\(json)")
            }
            let history = try await AccessTests.other(daemon, "history", "--reveal")
            #expect(history.code == 1 && history.complaint.contains("FORBIDDEN"), "\(history)")
            let note = #"{"kind":"AGGREGATE_KIND_PARTY","target":{"id":"\#(id)"},"note":{"text":"x"}}"#
            let command = try daemon.folder.write(
                #"{"id":"\#(newID())","bodies":[{"addNote":\#(note)}]}"#, to: "note.ndjson")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: command)
            let submitted = try await AccessTests.other(daemon, "submit", command, "--json")
            #expect(submitted.code == 1 && submitted.output.contains("FORBIDDEN"), "\(submitted)")
            #expect(try await daemon.durablePosition() == before)
        }
    }

    @Test func `an auditor opens personal parts only for a purpose`() async throws {
        try await AccessTests.runOpen { daemon in
            try await daemon.withClient { _ = try await $0.accepted(Command(.person("Rumpelstilzchen"))) }
            let grant = try await daemon.kith("access", "grant", "--uid", "\(OtherUser.uid)", "--role", "auditor")
            #expect(grant.code == 0, "\(grant)")
            let closed = try await AccessTests.other(daemon, "history", "--json")
            #expect(closed.code == 0 && !closed.output.contains("Rumpelstilzchen"), "\(closed)")
            let without = try await AccessTests.other(daemon, "history", "--json", "--reveal")
            #expect(without.code == 1 && without.complaint.contains("REASON_REQUIRED"), "\(without)")
            let with = try await AccessTests.other(daemon, "history", "--json", "--reveal", "--purpose", "audit 7")
            #expect(with.code == 0 && with.output.contains("Rumpelstilzchen"), "\(with)")
        }
    }

    @Test func `callers of a service's own socket are that service, whatever their user id`() async throws {
        let folder = try TestFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.path)
        let shop = folder["shop.sock"]
        let arguments = ["--group", "\(OtherUser.uid)", "--service-socket", "shop=" + shop]
        try await Daemon.run(in: folder, arguments: arguments) { daemon in
            let refused = try await OtherUser.run(Places.kith, ["list", "party"], in: folder, socket: shop)
            #expect(refused.code == 1 && refused.complaint.contains("FORBIDDEN"), "\(refused)")
            let grant = try await daemon.kith("access", "grant", "--socket-name", "shop", "--role", "service")
            #expect(grant.code == 0, "\(grant)")
            #expect(try await OtherUser.run(Places.kith, ["list", "party"], in: folder, socket: shop).code == 0)
            // The same user on the common socket is nobody.
            let common = try await AccessTests.other(daemon, "list", "party")
            #expect(common.code == 1 && common.complaint.contains("FORBIDDEN"), "\(common)")
        }
    }
}
