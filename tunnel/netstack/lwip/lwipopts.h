/* lwIP's options (reference/performance.md 3). lwIP is only the TCP of the tunnel: IPv6, no link layer, no timers of
   its own; UDP and the tunnel's own protocols are handled in Netstack.cpp. */
#ifndef BERTH_LWIPOPTS_H
#define BERTH_LWIPOPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_TIMERS 0 /* Stack.cpp calls tcp_tmr() and defines tcp_timer_needed() */
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_STATS 0

#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 8

#define LWIP_IPV4 0
#define LWIP_IPV6 1
#define LWIP_ARP 0
#define LWIP_ETHERNET 0
#define IP_FORWARD 0
#define PBUF_LINK_HLEN 0
#define LWIP_RAW 0
#define LWIP_UDP 0
#define LWIP_DNS 0
#define LWIP_ICMP6 1
#define LWIP_IPV6_MLD 0
#define LWIP_IPV6_AUTOCONFIG 0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0
#define LWIP_IPV6_FRAG 0
#define LWIP_IPV6_REASS 0
#define LWIP_IPV6_SCOPES 0
#define LWIP_IPV6_NUM_ADDRESSES 3
#define LWIP_NETIF_TX_SINGLE_PBUF 1

/* Inner MTU 1280 (reference/tailnet.md 2.10): 1280 - 40 - 20. */
#define TCP_MSS 1220
#define TCP_CALCULATE_EFF_SEND_MSS 0
#define TCP_OVERSIZE TCP_MSS
#define TCP_WND (4 * 1024 * 1024)
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 7
#define TCP_SND_BUF TCP_WND
#define TCP_SND_QUEUELEN 6875 /* 2 * TCP_SND_BUF / TCP_MSS */
#define TCP_SNDLOWAT 32768
#define TCP_SNDQUEUELOWAT 1024
#define TCP_QUEUE_OOSEQ 1
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_MAX_SACK_NUM 4
#define LWIP_TCP_KEEPALIVE 1
#define TCP_LISTEN_BACKLOG 0
#define TCP_TMR_INTERVAL 50    /* ms; the retransmission time-out is at least three slow ticks of twice this */
#define LWIP_TCP_RTO_TIME 1000 /* RFC 6298 2.1 */
#define TCP_MSL 10000          /* inside one tunnel nothing wanders about for a minute */

/* What comes out of the tunnel was authenticated; what goes in is verified by other implementations. */
#define CHECKSUM_CHECK_TCP 0
#define CHECKSUM_CHECK_ICMP6 0
#define LWIP_CHKSUM berthChecksum

/* Chosen by the source address, so that several nodes can live in one process. */
struct netif;
struct ip6_addr;
struct tcp_pcb;
#ifdef __cplusplus
extern "C" {
#endif
struct netif* berthRouteBySource(const struct ip6_addr* source);
void berthOutputSoon(struct tcp_pcb* pcb);
unsigned short berthChecksum(const void* data, int size);
#ifdef __cplusplus
}
#endif
#define LWIP_HOOK_IP6_ROUTE(src, dest) berthRouteBySource(src)
#define LWIP_HOOK_TCP_OUTPUT(pcb) berthOutputSoon(pcb)
#define LWIP_HOOK_TCP_ISN(localIp, localPort, remoteIp, remotePort) berthRandom()
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 1

#ifdef NDEBUG
#define LWIP_NOASSERT 1
#endif

#endif
