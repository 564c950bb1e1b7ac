import Schema
import SwiftProtobuf
import Testing

/// Fields and numbers that the schema does not have.
@Suite struct MessageFormTests {
    /// Field 3000 with the number 1, as it stands behind any message.
    private static let unknownField: [UInt8] = [0xC0, 0xBB, 0x01, 0x01]

    private static func command(_ body: CommandBody.OneOf_Command) -> Command {
        var commandBody = CommandBody()
        commandBody.command = body
        var command = Command()
        command.id = "01930ad2-7c40-7000-8000-000000000001"
        command.bodies = [commandBody]
        return command
    }

    private static func full() -> Command {
        var register = RegisterParty()
        register.kind = .person
        register.name.display = "山田太郎"
        register.status = .customer
        var point = ContactPointInput()
        point.kind = .email
        register.contactPoints = [point]
        var command = command(.registerParty(register))
        command.occurredAt = .init(seconds: 1, nanos: 2)
        command.mode = .historic
        return command
    }

    @Test func `a command of this version has no defect`() {
        #expect(MessageForm.defect(in: MessageFormTests.full()) == nil)
        #expect(MessageForm.defect(in: Command()) == nil)
    }

    @Test func `an unknown field is found at every depth`() throws {
        let known = MessageFormTests.full()
        let top: [UInt8] = try known.serializedBytes()
        let atTop = try Command(serializedBytes: top + MessageFormTests.unknownField)
        #expect(MessageForm.defect(in: atTop) != nil)
        #expect(MessageForm.defect(in: atTop)?.code == .schemaInvalid)
        #expect(MessageForm.defect(in: atTop)?.sentence.contains("Command has no field 3000") == true)

        var deep = known
        let name: [UInt8] = try known.bodies[0].registerParty.name.serializedBytes()
        deep.bodies[0].registerParty.name = try PartyNamePersonal(serializedBytes: name + MessageFormTests.unknownField)
        #expect(MessageForm.defect(in: deep) != nil)
        #expect(MessageForm.defect(in: deep)?.sentence.contains("PartyNamePersonal") == true)

        var inList = known
        let point: [UInt8] = try known.bodies[0].registerParty.contactPoints[0].serializedBytes()
        inList.bodies[0].registerParty.contactPoints.append(
            try ContactPointInput(serializedBytes: point + MessageFormTests.unknownField))
        #expect(MessageForm.defect(in: inList) != nil)
    }

    @Test func `an unknown kind of command is told from an unknown field`() throws {
        var command = Command()
        command.bodies = [try CommandBody(serializedBytes: MessageFormTests.unknownField)]
        #expect(MessageForm.defect(in: command) != nil)
        #expect(MessageForm.defect(in: command)?.code == .unknownCommand)
    }

    @Test func `a field of the wrong wire type is unknown`() throws {
        // Field 1, the id, as a number.
        let command = try Command(serializedBytes: [0x08, 0x05] as [UInt8])
        #expect(MessageForm.defect(in: command) != nil)
    }

    @Test func `a number that an enumeration does not have is found, alone and in lists`() {
        var command = MessageFormTests.full()
        command.bodies[0].registerParty.kind = .UNRECOGNIZED(99)
        #expect(MessageForm.defect(in: command)?.code == .schemaInvalid)
        #expect(MessageForm.defect(in: command)?.sentence.contains("99") == true)

        var inList = MessageFormTests.full()
        inList.bodies[0].registerParty.contactPoints[0].kind = .UNRECOGNIZED(-1)
        #expect(MessageForm.defect(in: inList)?.code == .schemaInvalid)
    }
}
