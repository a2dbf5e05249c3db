// The parts of OpenSSL 3 libcrypto that Shared/Crypto uses, and the kernel's random source.
#ifndef COLOPHON_COPENSSL_SHIM_H
#define COLOPHON_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/random.h>

#endif
