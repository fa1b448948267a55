#include "http/api/api_tickets.h"

#include "base/clock.h"
#include "http/request/body.h"
#include "http/request/json_text.h"
#include "http/request/respond.h"
#include "http/request/tickets.h"

#include <errno.h>
#include <string.h>

/* return: the path that a ticket is asked for, in the body's JSON; NULL: there is none */
static const char *read_path(const struct mr_buffer *body, json_t **value)
{
    *value = mr_json_text_is_shallow(body->data, body->size)
                 ? json_loadb((char *)body->data, body->size, JSON_REJECT_DUPLICATES, NULL)
                 : NULL;
    const char *path = json_string_value(json_object_get(*value, "path"));
    return path != NULL && path[0] == '/' && strpbrk(path, "?#") == NULL ? path : NULL;
}

static int make_ticket(const struct mr_request *request, const char *path)
{
    char ticket[MR_TOKEN_SIZE];
    int result = mr_tickets_make(request->site->tickets, path, mr_clock_now_us(), ticket);
    if (result < 0)
        return mr_respond_error(request, result == -ENAMETOOLONG ? 400 : 500, NULL, "no ticket: %s",
                                strerror(-result));
    return mr_respond_json(
        request, 200, json_pack("{s:s, s:i}", "ticket", ticket, "expires_s", MR_TICKETS_LIFE_S));
}

int mr_api_tickets(const struct mr_request *request)
{
    struct mr_buffer body = { 0 };
    json_t *value = NULL;
    int result = mr_body_take(request, MR_API_TICKETS_BODY_MAX, &body);
    const char *path = result == 0 ? read_path(&body, &value) : NULL;
    int status = path != NULL ? make_ticket(request, path)
                              : mr_respond_error(request, result == -EMSGSIZE ? 413 : 400, NULL,
                                                 "{\"path\": \"/ws/NAME\"} is expected");
    json_decref(value);
    mr_buffer_finish(&body);
    return status;
}
