#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

// EVP_PKEY_Q_keygen is variadic, which Swift cannot call.
static inline EVP_PKEY *legalaid_keygen(const char *type, const char *curve) {
    return curve == NULL ? EVP_PKEY_Q_keygen(NULL, NULL, type) : EVP_PKEY_Q_keygen(NULL, NULL, type, curve);
}

// OPENSSL_free is a macro.
static inline void legalaid_openssl_free(void *memory) { OPENSSL_free(memory); }
#endif
