#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H
#include <sqlite3.h>

// Linux: declared only with GNU extensions, which Swift's C library module leaves out.
extern int syncfs(int descriptor);

// SQLITE_TRANSIENT is a cast macro that Swift cannot import. Transient, because the bytes of a Swift String that are lent
// to a call die when it returns. An empty text may come without an address, and is no NULL.
static inline int legalaid_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text ? text : "", length, SQLITE_TRANSIENT);
}
static inline int legalaid_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}
#endif
