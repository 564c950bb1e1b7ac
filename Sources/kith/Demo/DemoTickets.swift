internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The tickets of demo data. A ticket is known by its number, from 0; everything about it follows from the number.
struct DemoTickets: Sendable {
    /// Something that happens to a ticket.
    struct Step {
        /// Seconds after the first day began; those of a ticket increase.
        var second: Int
        var body: CommandBody
    }

    private static let day = 86_400
    private static let subjects: [(type: String, line: String, text: String)] = [
        ("incident", "The lamp does not light up", "I tried another socket, it stays dark."),
        ("incident", "收到的茶壶有裂纹", "打开包装就发现壶嘴有一道裂纹。"),
        ("incident", "Ein Teil fehlt in der Lieferung", "Der Deckel war nicht im Paket."),
        ("question", "Is the blanket washable?", "The label has come off."),
        ("question", "¿Cuándo llega mi pedido?", "Todavía no he recibido ningún aviso."),
        ("question", "ギフト包装はできますか", "来週の誕生日までに届けたいです。"),
        ("request", "Please change my address", "I am moving at the end of the month."),
        ("request", "An invoice with our tax number, please", "The one in the parcel has none."),
    ]
    private static let priorities = ["urgent", "high", "normal", "normal", "normal", "low"]

    let seed: UInt64
    let parties: DemoParties
    let options: DemoOptions

    // MARK: The import

    /// The command that begins the import of the tickets. No file was read: what stands for its hash follows from
    /// the seed.
    static func importStart(seed: UInt64) -> CommandBody {
        var random = DemoGenerator(seed, 30, 1)
        return .with {
            $0.startImport.id = importID(seed: seed)
            $0.startImport.fileHash = Data((0..<32).map { _ in UInt8(random.below(256)) })
            $0.startImport.mapping = "demo tickets"
            $0.startImport.mappingHash = Data((0..<32).map { _ in UInt8(random.below(256)) })
            $0.startImport.mode = .historic
        }
    }

    /// The import that all tickets belong to.
    var importJob: Reference { .with { $0.id = Self.importID(seed: seed) } }

    private static func importID(seed: UInt64) -> String {
        var random = DemoGenerator(seed, 30, 0)
        return Identifier.version7(milliseconds: 0, randomHigh: random.next(), randomLow: random.next()).description
    }

    // MARK: Tickets

    /// The second after the first day began at which a ticket is opened: more often towards the end, so that some are
    /// open when the period is over; nil where its party comes too late for one.
    func opening(_ ticket: Int) -> Int? {
        let first = parties.registrationDay(party(ticket), of: options.days) + 1
        guard first < options.days else { return nil }
        var random = DemoGenerator(seed, 31, UInt64(ticket))
        let share = random.unit()
        let back = Int(share * share * share * share * Double(options.days - first))
        return (options.days - 1 - back) * Self.day + 7 * 3_600 + random.below(13 * 3_600)
    }

    private func party(_ ticket: Int) -> Int {
        var random = DemoGenerator(seed, 32, UInt64(ticket))
        return random.below(options.parties)
    }

    /// What happens to a ticket, from its opening on; also what would happen after the end of the period.
    func steps(_ ticket: Int, openedAt opened: Int) -> [Step] {
        var random = DemoGenerator(seed, 33, UInt64(ticket))
        var course = Course(
            ticket: DemoService.reference("K-\(ticket + 1)"), second: opened,
            agent: DemoService.agent(random.below(DemoService.agents.count)))
        let start = opening(ticket, &random)
        course.add(0) { $0.openTicket = start }
        course.claim(after: Self.working(minutes: 50, from: opened, &random))
        course.reply(after: 60 + Int(random.exponential(mean: 2_400)), &random)
        if random.chance(0.2) {
            course.wait()
            course.message(after: 3_600 + Int(random.exponential(mean: 30 * 3_600)))
            course.reply(after: Self.working(minutes: 70, from: course.second, &random), &random)
        } else if random.chance(0.3) {
            course.message(after: 600 + Int(random.exponential(mean: 5 * 3_600)))
            course.reply(after: Self.working(minutes: 70, from: course.second, &random), &random)
        }
        course.resolve(after: Self.working(minutes: 300, from: course.second, &random), &random)
        if random.chance(0.07) {
            course.message(after: 3_600 + Int(random.exponential(mean: 20 * 3_600)))
            course.reopen()
            course.reply(after: Self.working(minutes: 90, from: course.second, &random), &random)
            course.resolve(after: Self.working(minutes: 200, from: course.second, &random), &random)
        }
        course.close(after: 5 * Self.day)
        return course.steps
    }

    /// Seconds until something is done that takes so many minutes on average, not before the service opens.
    private static func working(minutes: Double, from second: Int, _ random: inout DemoGenerator) -> Int {
        let ofDay = second % day
        let closed = ofDay < 9 * 3_600 ? 9 * 3_600 - ofDay : ofDay > 17 * 3_600 ? 33 * 3_600 - ofDay : 0
        return closed + 60 + Int(random.exponential(mean: minutes * 60))
    }

    private func opening(_ ticket: Int, _ random: inout DemoGenerator) -> OpenTicket {
        let subject = random.pick(Self.subjects)
        return .with {
            $0.external = [DemoService.key("K-\(ticket + 1)")]
            $0.party = DemoParties.reference(party(ticket))
            $0.personal.subjectLine = subject.line
            $0.personal.text = subject.text
            $0.channel = random.pick(["email", "email", "web", "phone", "wechat"])
            $0.type = subject.type
            $0.priority = random.pick(Self.priorities)
            $0.queue = DemoService.queue
        }
    }

    /// The steps of one ticket as they are made.
    private struct Course {
        let ticket: Reference
        var second: Int
        let agent: Reference
        var steps: [Step] = []

        init(ticket: Reference, second: Int, agent: Reference) {
            self.ticket = ticket
            self.second = second
            self.agent = agent
        }

        mutating func add(_ seconds: Int, _ make: (inout CommandBody) -> Void) {
            second += seconds
            steps.append(Step(second: second, body: .with(make)))
        }

        mutating func claim(after seconds: Int) {
            add(seconds) { [ticket, agent] (body: inout CommandBody) in
                body.claimTicket.ticket = ticket
                body.claimTicket.employee = agent
            }
        }

        mutating func reply(after seconds: Int, _ random: inout DemoGenerator) {
            let minutes = 3 + random.below(20)
            add(seconds) { [ticket, agent] (body: inout CommandBody) in
                body.recordAgentReply.ticket = ticket
                body.recordAgentReply.message.text = "Thank you for writing. We are looking into it."
                body.recordAgentReply.public = true
                body.recordAgentReply.employee = agent
                body.recordAgentReply.handlingSeconds = UInt32(minutes * 60)
            }
        }

        mutating func wait() {
            add(60) { [ticket, agent] (body: inout CommandBody) in
                body.awaitCustomer.ticket = ticket
                body.awaitCustomer.employee = agent
            }
        }

        mutating func message(after seconds: Int) {
            add(seconds) { [ticket] (body: inout CommandBody) in
                body.recordCustomerMessage.ticket = ticket
                body.recordCustomerMessage.message.text = "Here is what you asked for."
            }
        }

        mutating func resolve(after seconds: Int, _ random: inout DemoGenerator) {
            let code = random.pick(DemoService.resolutionCodes)
            add(seconds) { [ticket, agent] (body: inout CommandBody) in
                body.resolveTicket.ticket = ticket
                body.resolveTicket.code = code
                body.resolveTicket.employee = agent
                body.resolveTicket.handlingSeconds = 300
            }
        }

        /// Nothing follows of itself in history.
        mutating func reopen() {
            add(1) { [ticket] (body: inout CommandBody) in body.reopenTicket.ticket = ticket }
        }

        mutating func close(after seconds: Int) {
            add(seconds) { [ticket] (body: inout CommandBody) in body.closeTicket.ticket = ticket }
        }
    }
}
