/* Any bytes from a WebSocket client, in any pieces. In pairs: the size of a piece, the piece; then
 * all of it again byte by byte, which must come to the same. */
#include "fuzz.h"
#include "http/engine/websocket.h"

#include <stdlib.h>
#include <string.h>

struct seen {
    struct mr_buffer messages, answers;
    bool open;
};

static int take_message(void *opaque, bool binary, const uint8_t *bytes, size_t size)
{
    struct seen *seen = opaque;
    fuzz_require(size <= MR_WEBSOCKET_MESSAGE_MAX);
    fuzz_require(binary || fuzz_is_utf8(bytes, size));
    mr_buffer_printf(&seen->messages, "%c%zu:", binary ? 'b' : 't', size);
    mr_buffer_append(&seen->messages, bytes, size);
    return size > 0 && bytes[0] == '!' ? MR_CLOSE_UNSUPPORTED : 0;
}

static void take_pong(void *opaque, const uint8_t *bytes, size_t size)
{
    struct seen *seen = opaque;
    fuzz_require(size <= 125);
    mr_buffer_printf(&seen->messages, "p%zu:", size);
    mr_buffer_append(&seen->messages, bytes, size);
}

/* Answers are whole, unmasked control frames; nothing follows a close. */
static void check_answers(const struct seen *seen)
{
    const struct mr_buffer *answers = &seen->answers;
    bool closed = false;
    for (size_t at = 0; at < answers->size;) {
        fuzz_require(!closed && answers->size - at >= 2);
        const uint8_t *head = answers->data + at;
        fuzz_require((head[0] == 0x8a || head[0] == 0x88) && head[1] <= 125);
        closed = head[0] == 0x88;
        at += 2u + head[1];
        fuzz_require(at <= answers->size);
    }
    fuzz_require(closed == !seen->open);
}

static void receive(struct seen *seen, const struct mr_buffer *bytes, const uint8_t *pieces,
                    size_t count)
{
    struct mr_websocket *websocket = mr_websocket_create(&(struct mr_websocket_options){
        .message = take_message, .pong = take_pong, .opaque = seen });
    fuzz_require(websocket != NULL);
    seen->open = true;
    size_t at = 0;
    for (size_t i = 0; seen->open && at < bytes->size; i++) {
        size_t piece = count > 0 ? (size_t)pieces[i % count] * 7 + 1 : 1;
        if (piece > bytes->size - at)
            piece = bytes->size - at;
        seen->open = mr_websocket_receive(websocket, bytes->data + at, piece, &seen->answers);
        at += piece;
    }
    mr_websocket_destroy(websocket);
    check_answers(seen);
}

static bool is_same(const struct mr_buffer *one, const struct mr_buffer *other)
{
    return one->size == other->size &&
           (one->size == 0 || memcmp(one->data, other->data, one->size) == 0);
}

/* wslay looks at the reason of a close from the third byte of each piece on: whether it is refused as
 * wrong (1007), how that is answered, and which of two broken rules is named depends on the pieces.
 */
static bool is_refused_text(const struct seen *seen)
{
    const struct mr_buffer *answers = &seen->answers;
    return !seen->open && answers->size >= 4 &&
           memcmp(answers->data + answers->size - 4, "\x88\x02\x03\xef", 4) == 0;
}

/* The answers before the close. */
static size_t pongs(const struct mr_buffer *answers)
{
    size_t at = 0;
    while (at < answers->size && answers->data[at] == 0x8a)
        at += 2u + answers->data[at + 1];
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    struct seen whole = { 0 }, bytewise = { 0 };
    struct mr_buffer bytes = { 0 };
    size_t count = fuzz_number(&input, 1) % 8;
    const uint8_t *pieces = fuzz_bytes(&input, &count);
    mr_buffer_append(&bytes, input.at, input.left);
    receive(&whole, &bytes, pieces, count);
    receive(&bytewise, &bytes, NULL, 0);
    fuzz_require(whole.open == bytewise.open || is_refused_text(&whole) ||
                 is_refused_text(&bytewise));
    fuzz_require(is_same(&whole.messages, &bytewise.messages));
    whole.answers.size = pongs(&whole.answers);
    bytewise.answers.size = pongs(&bytewise.answers);
    fuzz_require(is_same(&whole.answers, &bytewise.answers));
    mr_buffer_finish(&whole.messages);
    mr_buffer_finish(&whole.answers);
    mr_buffer_finish(&bytewise.messages);
    mr_buffer_finish(&bytewise.answers);
    mr_buffer_finish(&bytes);
    return 0;
}
