#include "http/socketio/socketio_packet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct text {
    const uint8_t *at;
    size_t left;
};

static bool is_binary(enum mr_socketio_type type)
{
    return type == MR_SOCKETIO_BINARY_EVENT || type == MR_SOCKETIO_BINARY_ACK;
}

static bool is_event(enum mr_socketio_type type)
{
    return type == MR_SOCKETIO_EVENT || type == MR_SOCKETIO_BINARY_EVENT;
}

static bool is_digit(const struct text *text)
{
    return text->left > 0 && text->at[0] >= '0' && text->at[0] <= '9';
}

static void skip(struct text *text, size_t size)
{
    text->at += size;
    text->left -= size;
}

/* return: 0; -EBADMSG greater than max */
static int read_number(struct text *text, int64_t max, int64_t *number)
{
    for (*number = 0; is_digit(text); skip(text, 1)) {
        *number = *number * 10 + (text->at[0] - '0');
        if (*number > max)
            return -EBADMSG;
    }
    return 0;
}

static int read_type(struct text *text, enum mr_socketio_type *type)
{
    if (!is_digit(text) || text->at[0] > '0' + MR_SOCKETIO_BINARY_ACK)
        return -EBADMSG;
    *type = (enum mr_socketio_type)(text->at[0] - '0');
    skip(text, 1);
    return 0;
}

/* "2-" */
static int read_attachments(struct text *text, unsigned *attachments)
{
    int64_t number;
    if (!is_digit(text) || read_number(text, MR_SOCKETIO_ATTACHMENTS_MAX, &number) < 0 ||
        text->left == 0 || text->at[0] != '-')
        return -EBADMSG;
    skip(text, 1);
    *attachments = (unsigned)number;
    return 0;
}

/* "/admin,"; without a comma it is the rest. */
static int read_namespace(struct text *text, char name[MR_SOCKETIO_NAMESPACE_MAX + 1])
{
    if (text->left == 0 || text->at[0] != '/') {
        memcpy(name, "/", sizeof("/"));
        return 0;
    }
    const uint8_t *comma = memchr(text->at, ',', text->left);
    size_t length = comma != NULL ? (size_t)(comma - text->at) : text->left;
    if (length > MR_SOCKETIO_NAMESPACE_MAX)
        return -EBADMSG;
    for (size_t i = 0; i < length; i++)
        if (text->at[i] < ' ')
            return -EBADMSG;
    memcpy(name, text->at, length);
    name[length] = '\0';
    skip(text, comma != NULL ? length + 1 : length);
    return 0;
}

static int read_id(struct text *text, int64_t *id)
{
    *id = -1;
    return is_digit(text) ? read_number(text, MR_SOCKETIO_ID_MAX, id) : 0;
}

/* Integers that are too large for jansson are still numbers. */
static int read_data(const struct text *text, json_t **data)
{
    json_error_t error;
    const char *json = (const char *)text->at;
    *data = NULL;
    if (text->left == 0)
        return 0;
    *data = json_loadb(json, text->left, JSON_ALLOW_NUL, &error);
    if (*data == NULL && json_error_code(&error) == json_error_numeric_overflow)
        *data = json_loadb(json, text->left, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    return *data != NULL ? 0 : -EBADMSG;
}

/* ---- what data may be ---- */

struct placeholders {
    unsigned attachments; /* named must be 0 … attachments - 1 */
    uint32_t named;       /* a bit each */
};

static bool note_placeholder(const json_t *object, struct placeholders *found)
{
    const json_t *number = json_object_get(object, "num");
    json_int_t index = json_integer_value(number);
    if (!json_is_integer(number) || index < 0 || index >= (json_int_t)found->attachments ||
        (found->named & (1u << index)))
        return false;
    found->named |= 1u << index;
    return true;
}

/* return: whether it is not too deep, and what placeholders there are stand for something */
static bool check_values(json_t *value, unsigned depth, struct placeholders *found)
{
    size_t index;
    const char *key;
    json_t *inner;
    if ((json_is_array(value) || json_is_object(value)) && depth == MR_SOCKETIO_DEPTH_MAX)
        return false;
    if (found->attachments > 0 && json_is_true(json_object_get(value, "_placeholder")))
        return note_placeholder(value, found);
    json_array_foreach(value, index,
                       inner) if (!check_values(inner, depth + 1, found)) return false;
    json_object_foreach(value, key, inner) if (!check_values(inner, depth + 1, found)) return false;
    return true;
}

static bool check_data(const struct mr_socketio_packet *packet)
{
    struct placeholders found = { .attachments = packet->attachments };
    const json_t *name;
    switch (packet->type) {
    case MR_SOCKETIO_CONNECT:
        if (packet->data != NULL && !json_is_object(packet->data))
            return false;
        break;
    case MR_SOCKETIO_DISCONNECT:
        return packet->data == NULL;
    case MR_SOCKETIO_CONNECT_ERROR:
        if (!json_is_object(packet->data))
            return false;
        break;
    case MR_SOCKETIO_EVENT:
    case MR_SOCKETIO_BINARY_EVENT:
        name = json_array_get(packet->data, 0);
        if (!json_is_string(name) && !json_is_number(name))
            return false;
        break;
    default:
        if (!json_is_array(packet->data) || packet->id < 0)
            return false;
    }
    return (packet->data == NULL || check_values(packet->data, 0, &found)) &&
           found.named == (1u << packet->attachments) - 1;
}

/* ---- packets ---- */

int mr_socketio_packet_decode(const uint8_t *bytes, size_t size, struct mr_socketio_packet *packet)
{
    struct text text = { bytes, size };
    *packet = (struct mr_socketio_packet){ .id = -1 };
    if (read_type(&text, &packet->type) < 0 ||
        (is_binary(packet->type) && read_attachments(&text, &packet->attachments) < 0) ||
        read_namespace(&text, packet->name) < 0 || read_id(&text, &packet->id) < 0 ||
        read_data(&text, &packet->data) < 0)
        return -EBADMSG;
    if (check_data(packet))
        return 0;
    mr_socketio_packet_finish(packet);
    return -EBADMSG;
}

void mr_socketio_packet_finish(struct mr_socketio_packet *packet)
{
    json_decref(packet->data);
    packet->data = NULL;
}

void mr_socketio_packet_encode(const struct mr_socketio_packet *packet, struct mr_buffer *out)
{
    mr_buffer_printf(out, "%d", packet->type);
    if (is_binary(packet->type))
        mr_buffer_printf(out, "%u-", packet->attachments);
    if (strcmp(packet->name, "/") != 0)
        mr_buffer_printf(out, "%s,", packet->name);
    if (packet->id >= 0)
        mr_buffer_printf(out, "%" PRId64, packet->id);
    if (packet->data == NULL)
        return;
    char *json = json_dumps(packet->data, JSON_COMPACT);
    if (json != NULL)
        mr_buffer_append_text(out, json);
    else
        out->failed = true;
    free(json);
}

bool mr_socketio_packet_is_event(const struct mr_socketio_packet *packet, const char *name)
{
    const json_t *given = json_array_get(packet->data, 0);
    size_t length = strlen(name);
    return is_event(packet->type) && json_string_length(given) == length &&
           memcmp(json_string_value(given), name, length) == 0;
}
