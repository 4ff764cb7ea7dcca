import Foundation
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Operators signing in and out: sessions in a cookie, requests that change something guarded against forgery, guessing
/// locked out.
public struct SignInService: Sendable {
    public struct Settings: Sendable {
        /// A session ends when nobody used it for so long.
        public var idle: Duration = .seconds(30 * 60)
        /// A session ends then, however busy it is.
        public var absolute: Duration = .seconds(12 * 3600)
        /// Guesses at one account from one address, or from one device that has signed in before.
        public var perAccount = LockPolicy(failures: 5, window: .seconds(15 * 60))
        /// Guesses at one account from anywhere: then only devices that have signed in before are let try.
        public var anywhere = LockPolicy(failures: 50, window: .seconds(15 * 60))
        /// Guesses from one address, at whatever accounts.
        public var perSource = LockPolicy(failures: 30, window: .seconds(15 * 60))

        public init() {}
    }

    public static let cookieName = "legal-aid-gateway-session"
    /// Carries the token that a page of the gateway's own was given.
    public static let forgeryHeader = "X-CSRF-Token"
    /// The use of a session is written down at most so often.
    private static let touchMilliseconds: Int64 = 60_000

    let store: any AccountStore
    let settings: Settings
    let now: @Sendable () -> Instant
    let devices: KnownDevices
    private let refusals: RefusedCredentials?
    private let turnstile = Turnstile(places: 64, perSource: 16)
    /// Who has signed in from there before does not wait behind strangers.
    private let knownTurnstile = Turnstile(places: 16, perSource: 16)
    private let failed: FailedSignIns
    private let inUse = SessionsInUse()

    /// - Parameters:
    ///   - deviceKey: for the cookies of browsers that have signed in before; without it none is known.
    ///   - refusals: counts the failures that have no row of their own in the audit trail.
    public init(
        store: any AccountStore, settings: Settings = Settings(), now: @escaping @Sendable () -> Instant,
        deviceKey: KeyedHash? = nil, refusals: RefusedCredentials? = nil
    ) {
        self.store = store
        self.settings = settings
        self.now = now
        devices = KnownDevices(key: deviceKey)
        self.refusals = refusals
        failed = FailedSignIns(window: settings.perAccount.window)
    }

    /// Somebody who just signed in.
    public struct Entry: Sendable {
        public let visitor: Visitor
        /// For the cookie; kept nowhere.
        let token: String
        let devices: KnownDevices
        /// For the absolute end.
        let maxAge: Duration

        /// `Set-Cookie` (RFC 6265): the session's, and one by which the browser is known again.
        ///
        /// - Parameter secure: the operator's browser speaks TLS to us or to the proxy before us.
        public func cookies(secure: Bool) throws(TransportError) -> [(name: String, value: String)] {
            let session = SignInService.cookie(token, maxAge: maxAge.components.seconds, secure: secure)
            return try [session] + [devices.remember(visitor.caller.id, secure: secure)].compactMap(\.self)
        }
    }

    /// Somebody signed in.
    public struct Visitor: Sendable {
        public let caller: Caller
        /// For the forms and scripts of this session's pages.
        public let forgeryToken: String
        public let endsAt: Instant
        /// Came in with a one-time password, and may do nothing but choose another.
        public let mustChangePassword: Bool
        let tokenHash: String
    }

    // MARK: In

    /// - Parameters:
    ///   - source: where the request comes from, for the lock-out.
    ///   - request: for the device that it comes from.
    /// - Throws: `Problem` `.unauthorized`, the same whatever was wrong; `.tooManyAttempts` while locked.
    public func signIn(
        name: String, password: String, source: String, request: HTTPRequest? = nil
    ) async throws -> Entry {
        let device = devices.number(in: request, for: name)
        return try await (device == nil ? turnstile : knownTurnstile).pass(from: source) {
            let account = try await prove(name, password, source: source, device: device)
            return try await open(
                Caller(role: .operator, id: account.name, operatorRole: account.role),
                mustChange: account.oneTimeUntil != nil,
                forgetting: counters(name, source, device).prefix(1).map(\.key), source: source)
        }
    }

    /// What failures are counted under. From a device that has signed in before, no other's guesses count.
    private func counters(
        _ name: String, _ source: String, _ device: String?
    ) -> [(key: String, policy: LockPolicy)] {
        let account = Self.key(ofAccount: name)
        // Below the account, so that its lock is seen there, and ends with the account's.
        if let device { return [("\(account)@\(Self.key("device", device))", settings.perAccount)] }
        return [
            ("\(account)@\(Self.key("source", source))", settings.perAccount),
            (Self.key("source", source), settings.perSource), (account, settings.anywhere),
        ]
    }

    /// Chooses another password for one's own account; every session of it ends.
    ///
    /// - Throws: `Problem` as for signing in where the old password is not right, `.badRequest` for a new one that will
    ///   not do.
    public func changePassword(of visitor: Visitor, from old: String, to new: String, source: String) async throws {
        guard new != old else {
            throw Problem(.badRequest, zh: "新密码不能与原密码相同。", en: "The new password must be another one.")
        }
        let secret = try AccountService.secret(new)
        let name = visitor.caller.id
        try await knownTurnstile.pass(from: source) {
            _ = try await prove(name, old, source: source, device: visitor.tokenHash)
            let change = AccountChange.secret(secret, oneTimeUntil: nil, forgetting: Self.key(ofAccount: name))
            _ = try await store.changeAccount(
                name, change, AuditAct(.changePassword, on: name, by: visitor.caller, detail: "", at: now()))
        }
    }

    /// Within the turnstile: guesses sent all at once are counted one by one.
    private func prove(
        _ name: String, _ password: String, source: String, device: String?
    ) async throws -> OperatorAccount {
        let counters = counters(name, source, device)
        if let until = try await store.lockedUntil(counters.map(\.key)), until > now() {
            throw Self.locked(until, now())
        }
        let account = try await store.account(name)
        let isRight = await Self.matches(password, account?.secret ?? PasswordHash.decoy)
        guard let account, isRight, !account.isDisabled, account.oneTimeUntil.map({ $0 > now() }) ?? true
        else {
            let caller = Caller(role: .operator, id: account?.name ?? "unknown", operatorRole: .viewer)
            let act = AuditAct(.signInFailed, on: caller.id, by: caller, detail: source, at: now())
            let hasRow = failed.hasRow(at: act.at)
            try await store.noteFailure(counters, at: act.at, hasRow ? act : nil)
            if !hasRow { refusals?.note(.wrongPassword, of: caller, from: source) }
            throw Self.refused
        }
        return account
    }

    private func open(
        _ caller: Caller, mustChange: Bool, forgetting keys: [String], source: String
    ) async throws -> Entry {
        let token = Digest.hex(try SecureRandom.bytes(32))
        let now = now()
        let session = OperatorSession(
            tokenHash: Self.hash(token), account: caller.id, createdAt: now, seenAt: now,
            endsAt: now.advanced(by: settings.absolute))
        try await store.openSession(
            session, forgetting: keys, AuditAct(.signIn, on: caller.id, by: caller, detail: source, at: now))
        return Entry(
            visitor: Visitor(
                caller: caller, forgeryToken: Self.forgeryToken(token), endsAt: session.endsAt,
                mustChangePassword: mustChange, tokenHash: session.tokenHash), token: token, devices: devices,
            maxAge: settings.absolute)
    }

    /// Off Swift's own threads: a hash takes a good part of a second.
    private static func matches(_ password: String, _ secret: String) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: PasswordHash.matches(password, secret)) }
        }
    }

    // MARK: Inside

    /// Who sent a request; nobody where there is no session or it has ended.
    ///
    /// - Parameter isUsed: whether a person asks, whose session lives on by that.
    public func visitor(of request: HTTPRequest, isUsed: Bool = true) async throws -> Visitor? {
        guard let token = Self.token(in: request) else { return nil }
        let hash = Self.hash(token)
        guard let (session, account) = try await store.session(hash), !account.isDisabled
        else { return nil }
        let now = now()
        guard now < session.endsAt, now < session.seenAt.advanced(by: settings.idle) else { return nil }
        if isUsed, now.milliseconds - session.seenAt.milliseconds >= Self.touchMilliseconds {
            try await store.touchSession(hash, at: now)
        }
        if isUsed { inUse.note(hash) }
        return Visitor(
            caller: Caller(role: .operator, id: account.name, operatorRole: account.role),
            forgeryToken: Self.forgeryToken(token),
            endsAt: session.endsAt, mustChangePassword: account.oneTimeUntil != nil, tokenHash: hash)
    }

    /// What a request's header tells of a session, before anything is looked up.
    public func sign(of request: HTTPRequest) -> Router.SessionSign {
        guard let token = Self.token(in: request) else { return .none }
        return inUse.contains(Self.hash(token)) ? .proved : .shown
    }

    /// The caller behind a session's cookie, for the router. A request that may change something must show the session's
    /// token in a field that another site's page cannot set.
    public func caller(of request: HTTPRequest) async throws -> Caller? {
        guard let visitor = try await visitor(of: request) else { return nil }
        guard !visitor.mustChangePassword else {
            throw Problem(
                .forbidden, zh: "请先在控制台更改一次性密码。", en: "Change the one-time password in the console first.")
        }
        if ["GET", "HEAD"].contains(request.method) { return visitor.caller }
        try Self.checkForgery(request.header(Self.forgeryHeader), visitor)
        return visitor.caller
    }

    /// - Throws: `Problem` `.forbidden` unless the token is the session's own.
    public static func checkForgery(_ token: String?, _ visitor: Visitor) throws(Problem) {
        guard let token, Digest.isEqual(token, visitor.forgeryToken) else {
            throw Problem(
                .forbidden, zh: "页面已过期或请求并非来自本系统页面，请刷新后再试。",
                en: "The page has expired or the request did not come from it; reload and try again.")
        }
    }

    public func signOut(_ visitor: Visitor) async throws(StoreError) {
        inUse.forget(visitor.tokenHash)
        try await store.closeSession(
            visitor.tokenHash, AuditAct(.signOut, on: visitor.caller.id, by: visitor.caller, detail: "", at: now()))
    }

    /// What takes the cookie away.
    public static func farewellCookie(secure: Bool) -> (name: String, value: String) {
        cookie("", maxAge: 0, secure: secure)
    }

    // MARK: Help

    private static func cookie(_ token: String, maxAge: Int64, secure: Bool) -> (name: String, value: String) {
        (
            "Set-Cookie",
            "\(cookieName)=\(token); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Strict\(secure ? "; Secure" : "")"
        )
    }

    private static func token(in request: HTTPRequest) -> String? {
        request.cookie(cookieName).flatMap { $0.utf8.count == 64 ? $0 : nil }
    }

    /// Follows from the session's token, so it need not be kept; from it nothing follows.
    private static func forgeryToken(_ token: String) -> String {
        Digest.hmacSHA256(key: Array(token.utf8), Array("csrf".utf8))
    }

    private static func hash(_ token: String) -> String { Digest.hex(Digest.sha256(Array(token.utf8))) }

    /// Under which failed sign-ins of an account are counted.
    static func key(ofAccount name: String) -> String { key("account", name) }

    private static func key(_ kind: String, _ value: String) -> String { hash("\(kind):\(value)") }

    private static let refused = Problem(
        .unauthorized, zh: "用户名或密码不正确。", en: "The name or the password is not right.")

    private static func locked(_ until: Instant, _ now: Instant) -> Problem {
        let seconds = max(1, (until.milliseconds - now.milliseconds + 999) / 1000)
        var problem = Problem(
            .tooManyAttempts, zh: "登录失败次数过多，请 \((seconds + 59) / 60) 分钟后再试。",
            en: "Too many failed sign-ins; try again in \((seconds + 59) / 60) minutes.")
        problem.headers = [("Retry-After", "\(seconds)")]
        return problem
    }
}
