#ifndef CPCRE2_SHIM_H
#define CPCRE2_SHIM_H
// The header asks for the width of characters before it declares anything; 8 is UTF-8.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

// A macro whose cast Swift does not import: the place of a group that took no part.
static inline size_t legalaid_pcre2_unset(void) { return PCRE2_UNSET; }
#endif
