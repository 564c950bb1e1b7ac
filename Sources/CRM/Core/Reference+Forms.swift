package import Schema

extension Reference {
    /// Names an aggregate by its UUID.
    package init(id: Identifier) {
        self.init()
        target = .id(id.description)
    }

    /// Names an aggregate by the number of its stream.
    package init(number: StreamNumber) {
        self.init()
        target = .number(number.rawValue)
    }

    /// Names an aggregate by a record of another system.
    package init(external key: ExternalKey) {
        self.init()
        target = .external(key)
    }
}

extension ExternalKey {
    /// The key of a record in another system.
    package init(system: String, key: String) {
        self.init()
        self.system = system
        self.key = key
    }
}
