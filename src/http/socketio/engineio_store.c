#include "http/socketio/engineio_store.h"

#include <errno.h>
#include <nettle/base64.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SID_BYTES 15 /* random; 20 characters of base64 */

static int compare(const void *one, const void *other)
{
    return strcmp(one, other);
}

bool mr_engineio_store_make_sid(char sid[MR_ENGINEIO_SID_LENGTH + 1])
{
    uint8_t random[SID_BYTES];
    ssize_t got;
    do {
        got = getrandom(random, sizeof(random), 0);
    } while (got < 0 && errno == EINTR);
    struct base64_encode_ctx context;
    base64url_encode_init(&context);
    base64_encode_update(&context, sid, sizeof(random), random);
    sid[MR_ENGINEIO_SID_LENGTH] = '\0';
    return got == (ssize_t)sizeof(random);
}

static void insert(struct mr_engineio_session **list, struct mr_engineio_session *session)
{
    session->before = NULL;
    session->next = *list;
    if (*list != NULL)
        (*list)->before = session;
    *list = session;
}

static void take_out(struct mr_engineio_session **list, struct mr_engineio_session *session)
{
    if (session->next != NULL)
        session->next->before = session->before;
    if (session->before != NULL)
        session->before->next = session->next;
    else
        *list = session->next;
}

static bool keep(struct mr_engineio *engineio, struct mr_engineio_session *session)
{
    if (!mr_engineio_store_make_sid(session->sid) ||
        tsearch(session, &engineio->tree, compare) == NULL)
        return false;
    insert(&engineio->sessions, session);
    engineio->count++;
    return true;
}

struct mr_engineio_session *mr_engineio_store_make(const struct mr_engineio_link *link)
{
    struct mr_engineio *engineio = link->engineio;
    struct mr_addresses *addresses = engineio->options.addresses;
    if (engineio->count >= engineio->options.max_sessions ||
        !mr_addresses_take(addresses, &link->peer))
        return NULL;
    struct mr_engineio_session *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        mr_addresses_give(addresses, &link->peer);
        return NULL;
    }
    session->engineio = engineio;
    session->peer = link->peer;
    if (keep(engineio, session))
        return session;
    mr_addresses_give(addresses, &session->peer);
    free(session);
    return NULL;
}

struct mr_engineio_session *mr_engineio_store_find(struct mr_engineio *engineio, const char *sid)
{
    struct mr_engineio_session **node = tfind(sid, &engineio->tree, compare);
    return node != NULL ? *node : NULL;
}

void mr_engineio_store_bury(struct mr_engineio_session *session)
{
    struct mr_engineio *engineio = session->engineio;
    tdelete(session, &engineio->tree, compare);
    take_out(&engineio->sessions, session);
    engineio->count--;
    mr_addresses_give(engineio->options.addresses, &session->peer);
    insert(&engineio->graveyard, session);
    mr_engineio_store_note_due(engineio, 0);
}

void mr_engineio_store_free_buried(struct mr_engineio *engineio)
{
    while (engineio->graveyard != NULL) {
        struct mr_engineio_session *session = engineio->graveyard;
        take_out(&engineio->graveyard, session);
        mr_buffer_finish(&session->out);
        free(session);
    }
}

void mr_engineio_store_note_due(struct mr_engineio *engineio, int64_t at_us)
{
    if (at_us < engineio->due_us)
        engineio->due_us = at_us;
}
