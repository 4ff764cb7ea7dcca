#ifndef CLIBXML2_SHIM_H
#define CLIBXML2_SHIM_H
// Debian's libxml2 headers pull in the system ICU, whose types clash with Foundation's own ICU in debug builds.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/encoding.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlsave.h>
#include <libxml/xmlschemas.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

// xmlFree is a mutable global function pointer, which Swift 6 refuses to read.
static inline void legalaid_xml_free(void *pointer) { xmlFree(pointer); }

// By the place of this name libxml2 tells text nodes; an array without a size is not imported.
static inline const xmlChar *legalaid_xml_text_name(void) { return xmlStringText; }

static inline void legalaid_xml_discard(void *context, const char *message, ...) { (void)context; (void)message; }

// Encoding errors go to stderr in spite of XML_PARSE_NOERROR unless the generic handler is silenced; the handler is
// kept per thread, so both this thread's and the one for threads to come are set. Variadic, hence a shim.
static inline void legalaid_xml_silence(void) {
    xmlSetGenericErrorFunc(NULL, legalaid_xml_discard);
    xmlThrDefSetGenericErrorFunc(NULL, legalaid_xml_discard);
}
#endif
