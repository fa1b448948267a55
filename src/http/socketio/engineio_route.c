#include "http/socketio/engineio_route.h"

#include "http/request/body.h"
#include "http/request/cross_origin.h"
#include "http/request/query.h"
#include "http/request/refusal.h"
#include "http/request/respond.h"
#include "http/socketio/engineio_polling.h"
#include "http/socketio/engineio_store.h"
#include "http/socketio/engineio_websocket.h"
#include "http/viewers/handover.h"
#include "http/viewers/handshake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TRANSPORT_MAX 16

static const char no_store[] = "Cache-Control: no-store\r\n";

static int respond_fault(const struct mr_request *request, enum mr_engineio_fault fault)
{
    const char *json = mr_engineio_link_fault_json(fault);
    return mr_respond(request, &(struct mr_response){
                                   .status = 400,
                                   .type = "application/json",
                                   .headers = no_store,
                                   .body = json,
                                   .size = strlen(json),
                               });
}

static bool is_method(const struct mr_request *request, const char *method)
{
    return strcmp(request->method, method) == 0;
}

/* The lines that answers by the engine have. return: malloc'd; NULL when out of memory */
static char *make_headers(const struct mr_request *request)
{
    struct mr_buffer lines = { 0 };
    mr_buffer_append_text(&lines, no_store);
    mr_cross_origin_headers(request, &lines);
    if (lines.failed)
        mr_buffer_finish(&lines);
    return (char *)lines.data;
}

/* ---- what a request asks for ---- */

enum kind {
    KIND_POLL,
    KIND_POST,
    KIND_WEBSOCKET,
};

struct question {
    enum kind kind;
    char sid[MR_ENGINEIO_SID_LENGTH + 1];
    struct mr_handshake handshake;
};

/* In the reference server's order. return: 0, or -1 with *fault */
static int read_question(const struct mr_request *request, struct question *question,
                         enum mr_engineio_fault *fault)
{
    const char *query = request->query;
    char transport[TRANSPORT_MAX], version[2];
    mr_query_get(query, "transport", transport, sizeof(transport));
    bool websocket = strcmp(transport, "websocket") == 0;
    *fault = MR_ENGINEIO_UNKNOWN_TRANSPORT;
    if (!websocket && strcmp(transport, "polling") != 0)
        return -1;

    int got = mr_query_get(query, "sid", question->sid, sizeof(question->sid));
    *fault = MR_ENGINEIO_UNKNOWN_SID;
    if (got < 0 && got != -ENOENT)
        return -1;

    bool get = is_method(request, "GET") && !request->head;
    *fault = MR_ENGINEIO_BAD_METHOD;
    if (!get && (question->sid[0] == '\0' || websocket || !is_method(request, "POST")))
        return -1;

    *fault = MR_ENGINEIO_BAD_VERSION;
    if (mr_query_get(query, "EIO", version, sizeof(version)) < 0 || strcmp(version, "4") != 0) {
        mr_refusal_log(
            request,
            "its Socket.IO client speaks Engine.IO %s; this server speaks Engine.IO 4, as "
            "clients since version 3 of Socket.IO do",
            version[0] != '\0' ? version : "of an unknown version");
        return -1;
    }

    *fault = MR_ENGINEIO_BAD_REQUEST;
    question->kind = websocket ? KIND_WEBSOCKET : get ? KIND_POLL : KIND_POST;
    question->handshake = (struct mr_handshake){
        .connection = mr_request_header(request, "Connection"),
        .upgrade = mr_request_header(request, "Upgrade"),
        .version = mr_request_header(request, "Sec-WebSocket-Version"),
        .key = mr_request_header(request, "Sec-WebSocket-Key"),
    };
    return !websocket || mr_handshake_check(&question->handshake) == MR_HANDSHAKE_OK ? 0 : -1;
}

/* ---- handing it over ---- */

static struct mr_engineio_link *make_link(const struct mr_request *request,
                                          struct mr_engineio *engineio,
                                          const struct question *question)
{
    struct mr_engineio_link *link = calloc(1, sizeof(*link));
    if (link == NULL)
        return NULL;
    link->engineio = engineio;
    link->peer = request->from.peer;
    memcpy(link->sid, question->sid, sizeof(link->sid));
    link->headers = make_headers(request);
    if (question->sid[0] == '\0')
        link->query = strdup(request->query);
    if (question->kind == KIND_WEBSOCKET)
        mr_handshake_answer(question->handshake.key, &link->switching);
    if (link->headers == NULL || (question->sid[0] == '\0' && link->query == NULL) ||
        link->switching.failed) {
        mr_engineio_link_destroy(link);
        return NULL;
    }
    return link;
}

static int hand_over(const struct mr_request *request, struct mr_engineio_link *link,
                     enum kind kind)
{
    static const struct mr_protocol *const protocols[] = {
        [KIND_POLL] = &mr_engineio_polling_get,
        [KIND_POST] = &mr_engineio_polling_post,
        [KIND_WEBSOCKET] = &mr_engineio_websocket_protocol,
    };
    struct mr_arrival arrival = { .protocol = protocols[kind], .session = link };
    int refused = mr_handover_admit(request);
    if (refused != 0) {
        mr_handover_discard(&arrival);
        return refused;
    }
    return mr_handover(request, &arrival, kind == KIND_WEBSOCKET ? 101 : 200);
}

/* A POST from the first byte of its body to its answer. */
struct post {
    struct mr_engineio_posts *posts;
    struct mr_engineio_post_mark mark;
    char sid[MR_ENGINEIO_SID_LENGTH + 1];
    bool overlaps; /* another POST of the session had not ended when it began */
};

static void end_post(void *attached)
{
    struct post *post = attached;
    mr_engineio_posts_leave(post->posts, &post->mark);
    free(post);
}

void mr_engineio_route_begin_post(const struct mr_request *request, struct mr_engineio *engineio)
{
    struct post *post = calloc(1, sizeof(*post));
    if (post == NULL)
        return;
    post->posts = engineio->posts;
    mr_query_get(request->query, "sid", post->sid, sizeof(post->sid));
    post->overlaps = !mr_engineio_posts_enter(engineio->posts, &post->mark, post->sid);
    request->connection->attached = post;
    request->connection->detach = end_post;
}

/* Take the body, and hand over also what is wrong with it: that ends the session. */
static int take_post(const struct mr_request *request, struct mr_engineio_link *link)
{
    size_t most = link->engineio->options.max_payload;
    struct post *post = request->connection->attached;
    link->overlaps = post != NULL && post->overlaps;
    /* Before the answer: with it, the client may send its next POST, which another worker takes. */
    if (post != NULL)
        end_post(post);
    request->connection->attached = NULL;
    int result = mr_body_take(request, most, &link->body);
    if (result == 0)
        return hand_over(request, link, KIND_POST);
    mr_engineio_link_destroy(link);
    if (result == -ENOMEM)
        return mr_respond_error(request, 500, NULL, "out of memory");
    return result == -EMSGSIZE
               ? mr_respond_error(request, 413, NULL, "a payload has at most %zu bytes", most)
               : respond_fault(request, MR_ENGINEIO_BAD_REQUEST);
}

int mr_engineio_route_answer(const struct mr_request *request, struct mr_engineio *engineio)
{
    struct question question = { 0 };
    enum mr_engineio_fault fault;
    if (read_question(request, &question, &fault) < 0)
        return respond_fault(request, fault);
    struct mr_engineio_link *link = make_link(request, engineio, &question);
    if (link == NULL)
        return mr_respond_error(request, 500, NULL, "out of memory");
    return question.kind == KIND_POST ? take_post(request, link)
                                      : hand_over(request, link, question.kind);
}
