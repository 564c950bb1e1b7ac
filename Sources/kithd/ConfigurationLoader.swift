internal import Configuration
internal import FoundationEssentials
internal import Logging
internal import Service
internal import StarterPack

/// Puts the configuration together: flags win over the environment, that over the file, that over the defaults.
struct ConfigurationLoader {
    private let reader: ConfigReader
    private let environment: [String: String]
    private let userID: UInt32
    private let acceptsRollback: Bool

    /// Reads the sources.
    ///
    /// - Throws: where the configuration file cannot be read, or holds a setting that there is not.
    init(flags: CommandLineFlags, environment: [String: String], userID: UInt32) async throws(WrongUse) {
        // An empty variable is the shell's way of having none.
        let variables = environment.filter { $0.key.hasPrefix("KITH_") && !$0.value.isEmpty }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(
                name: "command line",
                values: Dictionary(
                    uniqueKeysWithValues: flags.values.map {
                        (AbsoluteConfigKey([$0.key]), ConfigValue($0.value, isSecret: false))
                    })),
            EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "kith"),
        ]
        if let path = flags.configurationFile ?? variables["KITH_CONFIG"] {
            providers.append(try await ConfigurationLoader.file(path))
        }
        reader = ConfigReader(providers: providers)
        self.environment = environment
        self.userID = userID
        acceptsRollback = flags.acceptsRollback
    }

    /// The whole configuration.
    ///
    /// - Throws: where a value is of the wrong kind or out of its range.
    func configuration() async throws(WrongUse) -> ServiceConfiguration {
        let given = try await path(.dataDirectory)
        let directory = if let given { given } else { try defaultDataDirectory() }
        var configuration = ServiceConfiguration(
            dataDirectory: directory,
            masterKeyPath: try await path(.masterKey) ?? DefaultPaths.masterKey(dataDirectory: directory),
            socketPath: try await path(.socket) ?? DefaultPaths.socket(environment: environment, userID: userID))
        configuration.socketGroup = try await text(.group)
        configuration.serviceSockets = try await namedPaths(.serviceSocket).map {
            ServiceConfiguration.ServiceSocket(name: $0.name, path: $0.path)
        }
        try await setHTTP(&configuration)
        configuration.starterPack = try await starterPack()
        if let level = try await text(.logLevel) {
            guard let level = Logger.Level(rawValue: level) else {
                throw WrongUse("logLevel is \(level); it is one of \(Setting.logLevel.help)")
            }
            configuration.logLevel = level
        }
        if let number = try await number(.logReserveBytes) { configuration.logReserveBytes = number }
        if let number = try await number(.ballastBytes) { configuration.ballastBytes = number }
        let witness = try await path(.witness)
        configuration.requiresWitness = witness != nil
        configuration.witnessPath =
            witness == "none" ? nil : witness ?? DefaultPaths.witness(dataDirectory: directory)
        configuration.acceptsRollback = acceptsRollback
        if let number = try await number(.maximumConnections) { configuration.limits.connections = number }
        if let number = try await number(.maximumOpenRequests) { configuration.limits.openRequests = number }
        if let number = try await number(.maximumBytesInFlight) { configuration.limits.bytesInFlight = number }
        if let number = try await number(.maximumStreams) { configuration.limits.streams = number }
        if let number = try await number(.clientTimeout) { configuration.limits.clientTimeout = .seconds(number) }
        if let number = try await number(.stopTimeout) { configuration.limits.stopTimeout = .seconds(number) }
        if let number = try await number(.refusalDays) { configuration.refusalDays = number }
        if let number = try await number(.scrubMegabytesPerSecond) { configuration.scrubMegabytesPerSecond = number }
        return configuration
    }

    private func setHTTP(_ configuration: inout ServiceConfiguration) async throws(WrongUse) {
        let path = try await path(.httpSocket) ?? DefaultPaths.httpSocket(besides: configuration.socketPath)
        configuration.httpSocketPath = path == "none" ? nil : path
        configuration.httpServiceSockets = try await namedPaths(.httpServiceSocket).map {
            ServiceConfiguration.ServiceSocket(name: $0.name, path: $0.path)
        }
        configuration.httpPort = try await number(.httpPort)
        configuration.httpTokens = try await namedPaths(.httpToken).map {
            ServiceConfiguration.HTTPToken(name: $0.name, path: $0.path)
        }
        guard configuration.httpPort == nil || !configuration.httpTokens.isEmpty else {
            throw WrongUse(
                "httpPort needs a token: a port has no other way to know its callers. Name one in httpToken.")
        }
    }

    /// The pack that is named, else that of the locale, as the C library finds it for messages.
    private func starterPack() async throws(WrongUse) -> StarterPack? {
        guard let name = try await text(.pack) else {
            let variables = ["LC_ALL", "LC_MESSAGES", "LANG"]
            let locale = variables.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
            return StarterPack(locale: locale ?? "")
        }
        guard name != "none" else { return nil }
        guard let pack = StarterPack(rawValue: name) else {
            throw WrongUse("pack is \(name); it is one of \(Setting.pack.placeholder)")
        }
        return pack
    }

    // MARK: Values

    private func text(_ setting: Setting) async throws(WrongUse) -> String? {
        do {
            guard let text = try await reader.fetchString(forKey: ConfigKey([setting.name])) else { return nil }
            guard !text.isEmpty, !text.utf8.contains(0) else {
                throw WrongUse("\(setting.name) is empty or holds a zero character.")
            }
            return text
        } catch let error as WrongUse {
            throw error
        } catch {
            throw WrongUse("\(setting.name) has the wrong form; it is a text (\(setting.placeholder)).")
        }
    }

    /// A path; relative ones are meant from the working directory.
    private func path(_ setting: Setting) async throws(WrongUse) -> String? {
        guard let path = try await text(setting) else { return nil }
        guard path.count > 1, path.hasSuffix("/") else { return path }
        return String(path.dropLast())
    }

    private func number(_ setting: Setting) async throws(WrongUse) -> Int? {
        guard case .wholeNumber(let range) = setting.kind else { return nil }
        let number: Int?
        do {
            number = try await reader.fetchInt(forKey: ConfigKey([setting.name]))
        } catch {
            throw WrongUse("\(setting.name) has the wrong form; it is a whole number.")
        }
        guard let number else { return nil }
        guard range.contains(number) else {
            throw WrongUse("\(setting.name) is \(number); it is from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// A list of names with a path each.
    private func namedPaths(_ setting: Setting) async throws(WrongUse) -> [(name: String, path: String)] {
        let name = setting.name
        let texts: [String]
        do {
            texts = try await reader.fetchStringArray(forKey: ConfigKey([name])) ?? []
        } catch {
            throw WrongUse("\(name) has the wrong form; it is a list of texts \(setting.placeholder).")
        }
        var found: [(name: String, path: String)] = []
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw WrongUse("\(name) holds \(text); it takes \(setting.placeholder).") }
            guard !found.contains(where: { $0.name == parts[0] || $0.path == parts[1] }) else {
                throw WrongUse("\(name) names \(text) twice.")
            }
            found.append((parts[0], parts[1]))
        }
        return found
    }

    private func defaultDataDirectory() throws(WrongUse) -> String {
        guard let directory = DefaultPaths.dataDirectory(environment: environment, userID: userID) else {
            throw WrongUse("HOME is not set, so there is no default data directory. Name one with --data-directory.")
        }
        return directory
    }

    // MARK: The file

    private static func file(_ path: String) async throws(WrongUse) -> any ConfigProvider {
        do {
            // What the file's provider does not tell: which settings there are in it.
            let data = try Data(contentsOf: URL(filePath: path))
            let names = try JSONDecoder().decode([String: AnyValue].self, from: data).keys
            let known = Set(Setting.all.map(\.name))
            if let unknown = names.filter({ !known.contains($0) }).min() {
                throw WrongUse("The configuration file \(path) holds \(unknown), which is no setting.")
            }
            let location = InMemoryProvider(values: ["filePath": ConfigValue(.string(path), isSecret: false)])
            return try await FileProvider<JSONSnapshot>(config: ConfigReader(provider: location))
        } catch let error as WrongUse {
            throw error
        } catch is DecodingError {
            throw WrongUse("The configuration file \(path) is not a JSON object of settings.")
        } catch {
            throw WrongUse("The configuration file \(path) cannot be read. Check the path and its mode.")
        }
    }

    /// Any JSON value, not looked at.
    private struct AnyValue: Decodable {
        init(from decoder: any Decoder) {}
    }
}
