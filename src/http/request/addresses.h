/* How many clients each network has, with an upper bound. There are as many entries as networks with
 * clients. A network is what mr_peer_network makes of an address. Any thread. */
#ifndef MR_HTTP_ADDRESSES_H
#define MR_HTTP_ADDRESSES_H

#include "http/request/peer.h"

#include <stdbool.h>

struct mr_addresses;

/* in:     most: clients of one network; 0: any number
 * return: the caller's; NULL when out of memory */
struct mr_addresses *mr_addresses_create(unsigned most);

/* in:     addresses, to be freed; NULL is allowed */
void mr_addresses_destroy(struct mr_addresses *addresses);

/* Count one more client. Clients on this machine and those without a known address are not counted.
 * in:     addresses: NULL counts nobody
 *         peer: the client's address
 * return: false when the network has as many clients as it may, or when out of memory */
bool mr_addresses_take(struct mr_addresses *addresses, const struct mr_peer *peer);

/* Count one client less.
 * in:     peer: as mr_addresses_take was given it when it returned true */
void mr_addresses_give(struct mr_addresses *addresses, const struct mr_peer *peer);

#endif
