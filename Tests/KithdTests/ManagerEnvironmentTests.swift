import Testing

@testable import kithd

/// What a service manager passes, and what of it is taken.
@Suite struct ManagerEnvironmentTests {
    @Test func `without a manager there is nothing`() throws {
        let none = try ManagerEnvironment(["HOME": "/h", "NOTIFY_SOCKET": ""], processID: 7)
        #expect(none.notifySocket == nil && none.watchdog == nil && none.sockets.isEmpty)
    }

    @Test func `sockets are known by their names, in whatever order they come`() throws {
        let both = ["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "http:native"]
        #expect(try ManagerEnvironment(both, processID: 7).sockets == [.http: 3, .native: 4])
        #expect(try ManagerEnvironment(both, processID: 8).sockets.isEmpty)
        #expect(try ManagerEnvironment(["LISTEN_PID": "7", "LISTEN_FDS": "1"], processID: 7).sockets == [.native: 3])
    }

    @Test(arguments: ["kithd.socket", "native:native", "native", ""])
    func `a name that says nothing, none, and one that is there twice are refused`(names: String) {
        let environment = ["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": names]
        #expect(throws: WrongUse.self) { try ManagerEnvironment(environment, processID: 7) }
    }

    @Test func `the watchdog is that of this process`() throws {
        let own = ["NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"]
        let read = try ManagerEnvironment(own, processID: 7)
        #expect(read.notifySocket == "/run/notify" && read.watchdog == .seconds(3))
        #expect(try ManagerEnvironment(own, processID: 8).watchdog == nil)
        #expect(try ManagerEnvironment(["WATCHDOG_USEC": "0"], processID: 7).watchdog == nil)
    }
}
