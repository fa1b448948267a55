#include "http/socketio/engineio.h"

#include "base/clock.h"
#include "http/socketio/engineio_session.h"

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

/* ---- sessions ---- */

bool mr_engineio_make_sid(char sid[MR_ENGINEIO_SID_LENGTH + 1])
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
    if (!mr_engineio_make_sid(session->sid) || tsearch(session, &engineio->tree, compare) == NULL)
        return false;
    insert(&engineio->sessions, session);
    engineio->count++;
    return true;
}

static struct mr_engineio_session *make(const struct mr_engineio_link *link)
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
    return session;
}

struct mr_engineio_session *mr_engineio_begin(const struct mr_engineio_link *link)
{
    struct mr_engineio *engineio = link->engineio;
    const struct mr_engineio_options *options = &engineio->options;
    struct mr_engineio_session *session = make(link);
    if (session == NULL)
        return NULL;
    session->pong_us = session->probe_us = session->linger_us = session->timeout_us = INT64_MAX;
    session->ping_us = mr_clock_now_us() + options->ping_interval_ms * 1000LL;
    if (!keep(engineio, session)) {
        mr_addresses_give(options->addresses, &session->peer);
        free(session);
        return NULL;
    }
    mr_engineio_note_due(engineio, session->ping_us);
    session->corked = true; /* the greeting goes first */
    session->state = options->app->open(options->opaque, session, link->query);
    session->corked = false;
    if (session->state != NULL)
        return session;
    mr_engineio_session_end(session, MR_ENGINEIO_CLOSE);
    return NULL;
}

struct mr_engineio_session *mr_engineio_find(struct mr_engineio *engineio, const char *sid)
{
    struct mr_engineio_session **node = tfind(sid, &engineio->tree, compare);
    if (node == NULL)
        return NULL;
    struct mr_engineio_session *session = *node;
    mr_engineio_session_tick(session, mr_clock_now_us());
    return session->ended && !session->lingers ? NULL : session;
}

void mr_engineio_bury(struct mr_engineio_session *session)
{
    struct mr_engineio *engineio = session->engineio;
    tdelete(session, &engineio->tree, compare);
    take_out(&engineio->sessions, session);
    engineio->count--;
    mr_addresses_give(engineio->options.addresses, &session->peer);
    insert(&engineio->graveyard, session);
    mr_engineio_note_due(engineio, 0);
}

/* ---- time ---- */

void mr_engineio_note_due(struct mr_engineio *engineio, int64_t at_us)
{
    if (at_us < engineio->due_us)
        engineio->due_us = at_us;
}

static int64_t due(void *opaque)
{
    const struct mr_engineio *engineio = opaque;
    return engineio->due_us;
}

static void free_buried(struct mr_engineio *engineio)
{
    while (engineio->graveyard != NULL) {
        struct mr_engineio_session *session = engineio->graveyard;
        take_out(&engineio->graveyard, session);
        mr_buffer_finish(&session->out);
        free(session);
    }
}

static void run(void *opaque, int64_t now_us)
{
    struct mr_engineio *engineio = opaque;
    struct mr_engineio_session *next;
    engineio->due_us = INT64_MAX;
    for (struct mr_engineio_session *session = engineio->sessions; session != NULL;
         session = next) {
        next = session->next; /* no other one ends with this one */
        mr_engineio_session_tick(session, now_us);
        if (!session->ended || session->lingers)
            mr_engineio_note_due(engineio, mr_engineio_session_due(session));
    }
    free_buried(engineio);
    if (engineio->due_us == 0) /* what was buried just now */
        engineio->due_us = now_us;
}

struct mr_fanout_service mr_engineio_service(struct mr_engineio *engineio)
{
    return (struct mr_fanout_service){ .due = due, .run = run, .opaque = engineio };
}

/* ---- the whole ---- */

int mr_engineio_create(const struct mr_engineio_options *options, struct mr_engineio **made)
{
    *made = NULL;
    struct mr_engineio *engineio = calloc(1, sizeof(*engineio));
    if (engineio == NULL)
        return -ENOMEM;
    engineio->options = *options;
    engineio->due_us = INT64_MAX;
    engineio->posts = mr_engineio_posts_create();
    if (engineio->posts == NULL) {
        mr_engineio_destroy(engineio);
        return -ENOMEM;
    }
    *made = engineio;
    return 0;
}

void mr_engineio_destroy(struct mr_engineio *engineio)
{
    if (engineio == NULL)
        return;
    while (engineio->sessions != NULL) {
        engineio->sessions->lingers = false;
        if (engineio->sessions->ended)
            mr_engineio_bury(engineio->sessions);
        else
            mr_engineio_session_end(engineio->sessions, MR_ENGINEIO_CLOSE);
    }
    free_buried(engineio);
    mr_engineio_posts_destroy(engineio->posts);
    free(engineio);
}
