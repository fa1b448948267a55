/* How many clients each address has, bounded. As many entries as there are addresses with clients.
 * Any thread. */
#ifndef MR_HTTP_ADDRESSES_H
#define MR_HTTP_ADDRESSES_H

#include <netinet/in.h>
#include <stdbool.h>

struct mr_addresses;

/* in:     most: clients of one address; 0: any number
 * return: NULL when out of memory */
struct mr_addresses *mr_addresses_create(unsigned most);
void mr_addresses_destroy(struct mr_addresses *addresses); /* takes NULL */

/* Count one more; addresses NULL: nobody is counted. IPv6 counts by its first 64 bits, which is what one line gets. This machine's own
 * addresses, and none (all zero), are not counted: behind a proxy that was not named they would be
 * everybody's.
 * return: false when there are as many as may be, or no memory */
bool mr_addresses_take(struct mr_addresses *addresses, const struct in6_addr *address);

/* One that was counted is gone. */
void mr_addresses_give(struct mr_addresses *addresses, const struct in6_addr *address);

#endif
