import Foundation
import Logging
import Service
import StarterPack
import Testing

@testable import kithd

/// Where the daemon's settings come from, and what it refuses.
@Suite struct ConfigurationTests {
    private static func load(
        _ arguments: [String], environment: [String: String] = ["HOME": "/srv/kith"], userID: UInt32 = 1_000
    ) async throws -> ServiceConfiguration {
        let flags = try CommandLineFlags(arguments)
        return try await ConfigurationLoader(flags: flags, environment: environment, userID: userID).configuration()
    }

    private static func withFile<Result>(
        _ text: String, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "kithd-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file.path())
    }

    @Test func `nothing has to be configured`() async throws {
        let configuration = try await ConfigurationTests.load([])
        #expect(configuration.dataDirectory == "/srv/kith/.local/share/kith")
        #expect(configuration.masterKeyPath == "/srv/kith/.local/share/kith/master.key")
        #expect(configuration.socketPath == "/tmp/kith-1000.sock")
        #expect(configuration.httpSocketPath == "/tmp/kith-1000-http.sock")
        #expect(configuration.httpPort == nil && configuration.httpTokens.isEmpty)
        #expect(configuration.socketGroup == nil && configuration.ballastBytes == 64 << 20)
        #expect(configuration.witnessPath == "/srv/kith/.local/share/kith.witness")
        #expect(!configuration.requiresWitness && !configuration.acceptsRollback)
        #expect(configuration.limits == NativeLimits())
        #expect(configuration.refusalDays == 90 && configuration.scrubMegabytesPerSecond == 8)
        #expect(configuration.httpServiceSockets.isEmpty)
        let root = try await ConfigurationTests.load([], environment: [:], userID: 0)
        #expect(root.dataDirectory == "/var/lib/kith")
        let desktop = ["HOME": "/h", "XDG_DATA_HOME": "/data", "XDG_RUNTIME_DIR": "/run/user/7"]
        let other = try await ConfigurationTests.load([], environment: desktop)
        #expect(other.dataDirectory == "/data/kith")
        #expect(other.socketPath == "/run/user/7/kith.sock")
    }

    @Test func `flags win over the environment, that over the file, that over the defaults`() async throws {
        let text = """
            {"socket": "/file.sock", "group": "file", "logLevel": "error", "stopTimeout": 3,
             "serviceSocket": ["a=/a.sock", "b=/b.sock"], "refusalDays": 7, "scrubMegabytesPerSecond": 0}
            """
        try await ConfigurationTests.withFile(text) { file in
            let environment = ["HOME": "/h", "KITH_SOCKET": "/environment.sock", "KITH_GROUP": "environment"]
            let configuration = try await ConfigurationTests.load(
                ["--config", file, "--socket=/flag,with,commas.sock", "--maximum-connections", "7"],
                environment: environment)
            #expect(configuration.socketPath == "/flag,with,commas.sock")
            #expect(configuration.socketGroup == "environment")
            #expect(configuration.logLevel == .error)
            #expect(configuration.limits.connections == 7)
            #expect(configuration.limits.stopTimeout == .seconds(3))
            #expect(configuration.serviceSockets.map(\.name) == ["a", "b"])
            #expect(configuration.refusalDays == 7)
            #expect(configuration.scrubMegabytesPerSecond == 0)
            #expect(configuration.dataDirectory == "/h/.local/share/kith")
        }
    }

    @Test func `a witness can be done without, and a rollback be accepted once`() async throws {
        let configuration = try await ConfigurationTests.load(["--witness", "none", "--accept-rollback"])
        #expect(configuration.witnessPath == nil && configuration.acceptsRollback)
        await #expect(throws: WrongUse.self) { try await ConfigurationTests.load(["--accept-rollback=yes"]) }
    }

    @Test func `every setting can be given in the environment`() async throws {
        let configuration = try await ConfigurationTests.load(
            [],
            environment: [
                "KITH_DATA_DIRECTORY": "/d/", "KITH_MASTER_KEY": "/k", "KITH_SOCKET": "/s", "KITH_GROUP": "g",
                "KITH_SERVICE_SOCKET": "a=/a,b=/b", "KITH_HTTP_SOCKET": "/h", "KITH_HTTP_PORT": "8080",
                "KITH_HTTP_TOKEN": "a=/t", "KITH_PACK": "zh", "KITH_LOG_LEVEL": "debug", "KITH_LOG_RESERVE_BYTES": "1",
                "KITH_MAXIMUM_CONNECTIONS": "2", "KITH_MAXIMUM_OPEN_REQUESTS": "3",
                "KITH_MAXIMUM_BYTES_IN_FLIGHT": "4096", "KITH_MAXIMUM_STREAMS": "5", "KITH_STOP_TIMEOUT": "6",
                "KITH_HTTP_SERVICE_SOCKET": "a=/ah,c=/ch", "KITH_REFUSAL_DAYS": "30", "KITH_BALLAST_BYTES": "0",
                "KITH_WITNESS": "/w",
            ])
        #expect(configuration.dataDirectory == "/d" && configuration.ballastBytes == 0)
        #expect(configuration.witnessPath == "/w" && configuration.requiresWitness)
        #expect(configuration.masterKeyPath == "/k")
        #expect(configuration.socketPath == "/s")
        #expect(configuration.socketGroup == "g")
        #expect(configuration.serviceSockets.map(\.path) == ["/a", "/b"])
        #expect(configuration.httpServiceSockets.map(\.path) == ["/ah", "/ch"])
        #expect(configuration.refusalDays == 30)
        #expect(configuration.httpSocketPath == "/h" && configuration.httpPort == 8_080)
        #expect(configuration.httpTokens == [.init(name: "a", path: "/t")])
        #expect(configuration.logLevel == .debug)
        #expect(configuration.starterPack == .zh)
        #expect(configuration.logReserveBytes == 1)
        #expect(configuration.limits.connections == 2)
        #expect(configuration.limits.openRequests == 3)
        #expect(configuration.limits.bytesInFlight == 4_096)
        #expect(configuration.limits.streams == 5)
        #expect(configuration.limits.stopTimeout == .seconds(6))
    }

    @Test func `the socket for HTTP stands beside the native one, and can be left out`() async throws {
        let beside = try await ConfigurationTests.load(["--socket", "/run/kith/kith.sock"])
        #expect(beside.httpSocketPath == "/run/kith/kith-http.sock")
        #expect(try await ConfigurationTests.load(["--http-socket", "none"]).httpSocketPath == nil)
    }

    @Test(arguments: [
        ([:], StarterPack.en), (["LANG": "zh_CN.UTF-8"], .zh), (["LANG": "C.UTF-8"], .en), (["LANG": "zh"], .zh),
        (["LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"], .en), (["LANG": "zha_CN"], .en),
        (["LANG": "en_GB", "LC_MESSAGES": "fr_FR", "LC_ALL": "zh_TW.UTF-8"], .zh),
        (["LC_ALL": "", "LANG": "zh-CN"], .zh),
    ])
    func `the locale chooses the starter pack, unless one is named`(
        locale: [String: String], pack: StarterPack
    ) async throws {
        let environment = locale.merging(["HOME": "/h"]) { $1 }
        #expect(try await ConfigurationTests.load([], environment: environment).starterPack == pack)
        #expect(try await ConfigurationTests.load(["--pack", "none"], environment: environment).starterPack == nil)
        let english = try await ConfigurationTests.load(["--pack", "en"], environment: environment)
        #expect(english.starterPack == .en)
    }

    static let wrong: [([String], String)] = [
        (["--no-such-flag"], "There is no flag --no-such-flag."),
        (["-x"], "There is no flag -x."),
        (["serve"], "serve is not expected"),
        (["--socket"], "--socket needs a value"),
        (["--socket="], "--socket needs a value"),
        (["--socket", "--check"], "--socket needs a value"),
        (["--socket", "/a", "--socket", "/b"], "--socket is given twice"),
        (["--check=yes"], "--check takes no value"),
        (["--maximum-connections", "many"], "takes a whole number, not many"),
        (["--maximum-connections", "0"], "maximumConnections is 0; it is from 1 to 1000000"),
        (["--log-level", "loud"], "logLevel is loud"),
        (["--pack", "fr"], "pack is fr; it is one of none|en|zh"),
        (["--service-socket", "webshop"], "it takes NAME=PATH"),
        (["--service-socket", "a=/a", "--service-socket", "a=/b"], "names a=/b twice"),
        (["--http-port", "8080"], "httpPort needs a token"),
        (["--http-port", "65536"], "httpPort is 65536; it is from 0 to 65535"),
        (["--http-token", "shop"], "it takes NAME=FILE"),
        (["--config", "/no/such/file.json"], "cannot be read"),
    ]

    @Test(arguments: wrong.indices)
    func `wrong use is refused with a sentence`(index: Int) async throws {
        let (arguments, sentence) = ConfigurationTests.wrong[index]
        let error = await #expect(throws: WrongUse.self) { _ = try await ConfigurationTests.load(arguments) }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        (#"{"sokcet": "/x"}"#, "holds sokcet, which is no setting"),
        ("[1, 2]", "is not a JSON object"),
        ("{", "is not a JSON object"),
        (#"{"socket": 5}"#, "socket has the wrong form"),
        (#"{"maximumStreams": "five"}"#, "maximumStreams has the wrong form"),
        (#"{"serviceSocket": "a=/a"}"#, "serviceSocket has the wrong form"),
    ])
    func `a file with anything wrong is refused`(text: String, sentence: String) async throws {
        try await ConfigurationTests.withFile(text) { file in
            let error = await #expect(throws: WrongUse.self) {
                _ = try await ConfigurationTests.load(["--config", file])
            }
            #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
        }
    }

    @Test func `a wrong value in the environment is refused`() async throws {
        let environment = ["HOME": "/h", "KITH_STOP_TIMEOUT": "soon"]
        let error = await #expect(throws: WrongUse.self) {
            _ = try await ConfigurationTests.load([], environment: environment)
        }
        #expect(error?.description.contains("stopTimeout") == true)
    }

    @Test func `without a home there is no default directory`() async throws {
        let error = await #expect(throws: WrongUse.self) { _ = try await ConfigurationTests.load([], environment: [:]) }
        #expect(error?.description.contains("--data-directory") == true)
    }

    @Test func `the help and the page name every setting`() throws {
        var root = URL(filePath: #filePath)
        for _ in ["this file", "KithdTests", "Tests"] { root.deleteLastPathComponent() }
        let page = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
        for setting in Setting.all {
            #expect(HelpText.help.contains("\(setting.flag) \(setting.placeholder)"))
            #expect(page.contains("| `\(setting.name)` | `\(setting.flag)`"), "\(setting.name)")
            #expect(page.contains("`\(setting.variable)`"), "\(setting.name)")
        }
    }
}
