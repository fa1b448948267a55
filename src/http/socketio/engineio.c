#include "http/socketio/engineio.h"

#include "http/socketio/engineio_session.h"

#include <errno.h>
#include <stdlib.h>

/* ---- time ---- */

static int64_t due(void *opaque)
{
    const struct mr_engineio *engineio = opaque;
    return engineio->due_us;
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
            mr_engineio_store_note_due(engineio, mr_engineio_session_due(session));
    }
    mr_engineio_store_free_buried(engineio);
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
            mr_engineio_store_bury(engineio->sessions);
        else
            mr_engineio_session_end(engineio->sessions, MR_ENGINEIO_CLOSE);
    }
    mr_engineio_store_free_buried(engineio);
    mr_engineio_posts_destroy(engineio->posts);
    free(engineio);
}
