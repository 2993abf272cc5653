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

#ifdef __x86_64__
// AES-GCM unrolled for AVX-512: 0.70 MB. Processors that have it take the AES-NI code (measured: 3.48 for 3.54 GB/s);
// the tunnel itself is ChaCha20-Poly1305. The rest is never called.
int ossl_vaes_vpclmulqdq_capable() { return 0; }
void ossl_aes_gcm_init_avx512() {}
void ossl_aes_gcm_setiv_avx512() {}
void ossl_aes_gcm_update_aad_avx512() {}
void ossl_aes_gcm_encrypt_avx512() {}
void ossl_aes_gcm_decrypt_avx512() {}
void ossl_aes_gcm_finalize_avx512() {}
void ossl_gcm_gmult_avx512() {}
#endif

}  // extern "C"
