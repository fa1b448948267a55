#include "app/openable.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct list {
    size_t count;
    char (*text)[MR_OPENABLE_SIZE];
    const char *port; /* with its colon */
    bool ipv4, ipv6;  /* which families the server listens on */
};

static void add_address(struct list *list, const struct sockaddr *address)
{
    char host[INET6_ADDRSTRLEN];
    if (list->count == MR_OPENABLE_MAX)
        return;
    if (address->sa_family == AF_INET && list->ipv4) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof(ipv4));
        inet_ntop(AF_INET, &ipv4.sin_addr, host, sizeof(host));
        snprintf(list->text[list->count++], MR_OPENABLE_SIZE, "%s%s", host, list->port);
    } else if (address->sa_family == AF_INET6 && list->ipv6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof(ipv6));
        if (IN6_IS_ADDR_LINKLOCAL(&ipv6.sin6_addr))
            return;
        inet_ntop(AF_INET6, &ipv6.sin6_addr, host, sizeof(host));
        snprintf(list->text[list->count++], MR_OPENABLE_SIZE, "[%s]%s", host, list->port);
    }
}

static void add_interfaces(struct list *list, const struct ifaddrs *interfaces, bool loopback)
{
    for (const struct ifaddrs *one = interfaces; one != NULL; one = one->ifa_next)
        if (one->ifa_addr != NULL && (one->ifa_flags & IFF_UP) != 0 &&
            ((one->ifa_flags & IFF_LOOPBACK) != 0) == loopback)
            add_address(list, one->ifa_addr);
}

size_t mr_openable_find(const char *listener, char openable[MR_OPENABLE_MAX][MR_OPENABLE_SIZE])
{
    static const char any_ipv4[] = "0.0.0.0:", any_ipv6[] = "[::]:";
    struct list list = { .text = openable };
    list.ipv6 = strncmp(listener, any_ipv6, strlen(any_ipv6)) == 0;
    list.ipv4 = list.ipv6 || strncmp(listener, any_ipv4, strlen(any_ipv4)) == 0;
    if (strncmp(listener, "unix:", strlen("unix:")) == 0)
        return 0;
    struct ifaddrs *interfaces;
    if (list.ipv4 && getifaddrs(&interfaces) == 0) {
        list.port = strrchr(listener, ':');
        add_interfaces(&list, interfaces, true);
        add_interfaces(&list, interfaces, false);
        freeifaddrs(interfaces);
    }
    if (list.count == 0)
        snprintf(openable[list.count++], MR_OPENABLE_SIZE, "%s", listener);
    return list.count;
}
