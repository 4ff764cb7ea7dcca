#ifndef CMICROHTTPD_SHIM_H
#define CMICROHTTPD_SHIM_H
#include <arpa/inet.h>
#include <dlfcn.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// `%00` would end the path early; as a control character it is seen and refused.
static inline size_t legalaid_mhd_unescape(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    for (char *at = text; (at = strstr(at, "%00")) != NULL;) memcpy(at, "%01", 3);
    return MHD_http_unescape(text);
}

// The library reads a field up to a NUL, takes a bare LF for the end of a line and joins folded lines, where others on
// the way may see something else (RFC 9112 §2.2, §5.2; RFC 9110 §5.5). It zeroes line ends in place, so between two
// fields as they stand in its buffer there is exactly what the sender wrote: two zeros where that was CRLF. Only bytes
// between two strings of one buffer are looked at.
struct legalaid_mhd_lines {
    const char *end;
    int irregular;
};

static inline enum MHD_Result legalaid_mhd_line(void *context, enum MHD_ValueKind kind, const char *name,
                                                const char *value) {
    (void)kind;
    struct legalaid_mhd_lines *lines = (struct legalaid_mhd_lines *)context;
    if (name == NULL || value == NULL) return lines->irregular = 1, MHD_NO;
    // A folded value was copied elsewhere, and after a NUL or a bare LF the distance is another.
    if (name != lines->end + 2 || name[-1] != '\0' || value < name + strlen(name)) return lines->irregular = 1, MHD_NO;
    lines->end = value + strlen(value);
    return MHD_YES;
}

static inline int legalaid_mhd_is_irregular(struct MHD_Connection *connection, const char *version) {
    struct legalaid_mhd_lines lines = {version + strlen(version), 0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, legalaid_mhd_line, &lines);
    // After the last field come its line end and the empty line: a line that begins with a colon would be taken for one.
    return lines.irregular || lines.end[1] != '\0' || lines.end[2] != '\0' || lines.end[3] != '\0';
}

// Each parameter of a query costs the library some of the connection's memory, and where that is at an end before the
// query is, the request is never answered. So no more of them than `most` are left to be found: what parts the others is
// overwritten where it stands, after the target was copied. One more than may be is enough to refuse it.
static inline void legalaid_mhd_bound_query(char *target, unsigned int most) {
    char *at = strchr(target, '?');
    unsigned int found = 0;
    for (; at != NULL && *at != '\0'; at++) {
        if (*at == '&' && ++found > most) *at = '+';
    }
}

// What the library calls, each with the same context.
struct legalaid_mhd_calls {
    // When a request's first line was read, with its target as it stands there, in the connection's own memory.
    void *(*asked)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_AccessHandlerCallback handler;
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connected;
    void *context;
};

// The library wants somebody to ask for its certificate; each connection is given its own credentials before its handshake,
// and one that was not shall fail.
static inline int legalaid_tls_none(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
                                    const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                                    gnutls_pcert_st **certificate, unsigned int *count, gnutls_privkey_t *key) {
    (void)session, (void)authorities, (void)authority_count, (void)algorithms, (void)algorithm_count;
    (void)certificate, (void)count, (void)key;
    return -1;
}

// MHD_start_daemon is variadic, which Swift cannot call.
static inline struct MHD_Daemon *legalaid_mhd_start(const struct sockaddr *address, uint16_t port, unsigned int threads,
                                                    unsigned int connections, unsigned int idle_seconds, size_t memory,
                                                    int is_tls, struct legalaid_mhd_calls calls) {
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    if (address->sa_family == AF_INET6) flags |= MHD_USE_IPv6;
    const struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)legalaid_tls_none},
                                         {MHD_OPTION_END, 0, NULL}};
    if (is_tls) flags |= MHD_USE_TLS;
    return MHD_start_daemon(flags, port, NULL, NULL, calls.handler, calls.context,
                            MHD_OPTION_ARRAY, is_tls ? tls : plain,
                            MHD_OPTION_SOCK_ADDR, address,
                            MHD_OPTION_THREAD_POOL_SIZE, threads,
                            MHD_OPTION_CONNECTION_LIMIT, connections,
                            MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
                            MHD_OPTION_NOTIFY_COMPLETED, calls.completed, calls.context,
                            MHD_OPTION_NOTIFY_CONNECTION, calls.connected, calls.context,
                            MHD_OPTION_URI_LOG_CALLBACK, calls.asked, calls.context,
                            MHD_OPTION_UNESCAPE_CALLBACK, legalaid_mhd_unescape, NULL,
                            MHD_OPTION_END);
}

// The library's own MHD_queue_response. The program defines a function of that name too (ClosingAnswer.swift), which the
// library finds first when it queues a page of its own; this one is looked for behind the program.
static inline enum MHD_Result legalaid_mhd_queue(struct MHD_Connection *connection, unsigned int status,
                                                 struct MHD_Response *response) {
    static void *found;
    void *call = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (call == NULL) {
        // RTLD_NEXT, whose name wants _GNU_SOURCE before the first header of all.
        call = dlsym((void *)-1L, "MHD_queue_response");
        if (call == NULL) return MHD_NO;
        __atomic_store_n(&found, call, __ATOMIC_RELAXED);
    }
    return ((enum MHD_Result(*)(struct MHD_Connection *, unsigned int, struct MHD_Response *))call)(connection, status,
                                                                                                  response);
}

// What was put beside a connection when it began.
static inline void *legalaid_mhd_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

// Says the last words of a connection, without waiting; whatever is written after them fails. What has arrived by now is
// read away first: a socket that is closed with unread bytes is reset, and the words may be lost with it.
static inline void legalaid_say_last(int descriptor, gnutls_session_t session, const void *words, size_t count) {
    char waste[16384];
    for (int turn = 0; turn < 64 && recv(descriptor, waste, sizeof waste, MSG_DONTWAIT) > 0; turn++) {}
    if (session != NULL) {
        (void)gnutls_record_send(session, words, count);
        (void)gnutls_bye(session, GNUTLS_SHUT_WR);
    } else {
        (void)send(descriptor, words, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    (void)shutdown(descriptor, SHUT_WR);
}

// The time as HTTP tells it (RFC 9110 §5.6.7), in English whatever the locale.
static inline void legalaid_http_date(char *text, size_t size) {
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = time(NULL);
    struct tm at;
    gmtime_r(&now, &at);
    snprintf(text, size, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * at.tm_wday, at.tm_mday,
             months + 3 * at.tm_mon, at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
}

// For how long nothing has arrived on a socket; -1 where that is not known.
static inline int legalaid_milliseconds_silent(int descriptor) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
    return info.tcpi_last_data_recv > 0x7fffffff ? 0x7fffffff : (int)info.tcpi_last_data_recv;
}

// Whether the other end still sends: bytes that wait tell nothing where they may be TLS's own farewell.
static inline int legalaid_is_established(int descriptor) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    return getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_ESTABLISHED;
}

// The TLS session of a connection; NULL where it has none.
static inline gnutls_session_t legalaid_mhd_session(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info ? (gnutls_session_t)info->tls_session : NULL;
}

static inline uint16_t legalaid_mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

static inline int legalaid_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

// The numeric address of the other end; 0 where it is not known.
static inline int legalaid_mhd_peer(struct MHD_Connection *connection, char *text, size_t size) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL) return 0;
    const struct sockaddr *address = info->client_addr;
    const void *number = address->sa_family == AF_INET6
                             ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                             : (const void *)&((const struct sockaddr_in *)address)->sin_addr;
    return inet_ntop(address->sa_family, number, text, (socklen_t)size) != NULL;
}
#endif
