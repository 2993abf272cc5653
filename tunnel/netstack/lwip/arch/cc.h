/* What lwIP wants to know about compiler and system. */
#ifndef BERTH_LWIP_CC_H
#define BERTH_LWIP_CC_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#define LWIP_TIMEVAL_PRIVATE 0
#define LWIP_ERRNO_STDINCLUDE 1
#define LWIP_DONT_PROVIDE_BYTEORDER_FUNCTIONS

#ifdef __cplusplus
extern "C" {
#endif
unsigned int berthRandom(void);
#ifdef __cplusplus
}
#endif
#define LWIP_RAND() berthRandom()

#define LWIP_PLATFORM_DIAG(message) \
  do {                              \
  } while (0)
#define LWIP_PLATFORM_ASSERT(message)                                   \
  do {                                                                  \
    fprintf(stderr, "lwIP: %s (%s:%d)\n", message, __FILE__, __LINE__); \
    abort();                                                            \
  } while (0)

#endif
