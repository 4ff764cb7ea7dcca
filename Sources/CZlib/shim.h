#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H
#include <zlib.h>

// inflateInit2 is a macro. 16 asks for the gzip format (RFC 1952) and nothing else, 15 for the largest window.
static inline int legalaid_gunzip_init(z_stream *stream) { return inflateInit2(stream, 16 + 15); }
#endif
