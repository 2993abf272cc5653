// Parts of OpenSSL that the agent goes without. The linker takes a member of libcrypto.a only for a name that nobody
// has defined yet, so what stands here keeps that member out of the program.
#include <openssl/bio.h>
#include <openssl/comp.h>

extern "C" {

// Compression of certificates with zstd (RFC 8879), and libzstd with it: 0.72 MB. A method of null is how an OpenSSL
// built without zstd says that it has none; TLS then does not offer it.
COMP_METHOD* COMP_zstd() { return nullptr; }
COMP_METHOD* COMP_zstd_oneshot() { return nullptr; }
const BIO_METHOD* BIO_f_zstd() { return nullptr; }
void ossl_comp_zstd_cleanup() {}

}  // extern "C"
