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
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// EVP_PKEY_Q_keygen is variadic, which Swift cannot call.
static inline EVP_PKEY *legalaid_keygen(const char *type, const char *curve) {
    return curve == NULL ? EVP_PKEY_Q_keygen(NULL, NULL, type) : EVP_PKEY_Q_keygen(NULL, NULL, type, curve);
}

// OPENSSL_free is a macro.
static inline void legalaid_openssl_free(void *memory) { OPENSSL_free(memory); }

// RFC 4514, other letters than ASCII as they are.
static inline unsigned long legalaid_name_style(void) { return XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB; }

// An authority that is trusted by name needs no list that says it is not revoked: it is taken out of the file instead.
static inline int legalaid_judge_certificate(int is_good, X509_STORE_CTX *context) {
    if (is_good || X509_STORE_CTX_get_error(context) != X509_V_ERR_UNABLE_TO_GET_CRL) return is_good;
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    return X509_STORE_CTX_get_error_depth(context) == sk_X509_num(chain) - 1;
}

// Whether a client's chain, its own certificate first, is good now (RFC 5280 §6): X509_V_OK or what is wrong.
static inline int legalaid_verify_client(X509_STORE *store, X509 **chain, size_t count) {
    if (count == 0) return X509_V_ERR_UNSPECIFIED;
    int verdict = X509_V_ERR_UNSPECIFIED;
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *others = sk_X509_new_null();
    if (context != NULL && others != NULL) {
        int is_ready = 1;
        for (size_t at = 1; at < count; at++) is_ready = is_ready && sk_X509_push(others, chain[at]) > 0;
        if (is_ready && X509_STORE_CTX_init(context, store, chain[0], others) == 1) {
            X509_STORE_CTX_set_verify_cb(context, legalaid_judge_certificate);
            if (X509_verify_cert(context) == 1) {
                verdict = X509_V_OK;
            } else {
                int error = X509_STORE_CTX_get_error(context);
                verdict = error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
            }
        }
    }
    sk_X509_free(others);
    X509_STORE_CTX_free(context);
    return verdict;
}

// Chains may begin at any authority that is named, RSA has 2048 bits or more, and each certificate is for clients.
static inline int legalaid_prepare_trust(X509_STORE *store, int has_revocations) {
    X509_VERIFY_PARAM *rules = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_auth_level(rules, 2);
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;
    if (has_revocations) flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    return X509_STORE_set_purpose(store, X509_PURPOSE_SSL_CLIENT) == 1 && X509_STORE_set_flags(store, flags) == 1;
}

// PEM that asks for a password is not opened: nobody is there to be asked.
static inline int legalaid_no_password(char *text, int size, int is_writing, void *context) {
    (void)text, (void)size, (void)is_writing, (void)context;
    return -1;
}
static inline EVP_PKEY *legalaid_read_key(BIO *source) {
    return PEM_read_bio_PrivateKey(source, NULL, legalaid_no_password, NULL);
}
#endif
