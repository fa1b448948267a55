#include "fuzz.h"

#include "base/log.h"
#include "script/draw/canvas.h"
#include "script/lua/script_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DESCRIPTORS_LOOKED_AT 128

uint64_t fuzz_number(struct fuzz_input *input, unsigned bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < bytes && input->left > 0; i++, input->left--)
        number |= (uint64_t)*input->at++ << (8 * i);
    return number;
}

const uint8_t *fuzz_bytes(struct fuzz_input *input, size_t *size)
{
    const uint8_t *bytes = input->at;
    if (*size > input->left)
        *size = input->left;
    input->at += *size;
    input->left -= *size;
    return bytes;
}

void fuzz_require_at(bool holds, const char *condition, const char *file, int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

bool fuzz_is_plain(const void *text, size_t size)
{
    const uint8_t *bytes = text;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] < ' ')
            return false;
    return true;
}

/* After RFC 3629, written anew: what others let through is judged by this. */
bool fuzz_is_utf8(const void *bytes, size_t size)
{
    const uint8_t *text = bytes;
    for (size_t i = 0; i < size;) {
        uint32_t lead = text[i++], point, least;
        int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        if (lead < 0x80)
            continue;
        if (lead < 0xc2 || lead > 0xf4)
            return false;
        point = lead & (0x3fu >> more);
        least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
        for (; more > 0; more--, i++) {
            if (i == size || (text[i] & 0xc0) != 0x80)
                return false;
            point = point << 6 | (text[i] & 0x3f);
        }
        if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
    }
    return true;
}

int fuzz_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < DESCRIPTORS_LOOKED_AT; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void discard(void *opaque, enum mr_log_level level, const char *text, size_t size)
{
    (void)opaque, (void)level, (void)text, (void)size;
}

int64_t fuzz_clock_us;

struct mr_engine *fuzz_engine(const char *text, mr_bundle_fetch *fetch,
                              mr_script_broadcast *broadcast, void *opaque)
{
    static struct mr_canvases *canvases;
    static struct mr_script_log *log;
    if (log == NULL) {
        canvases = mr_canvases_create();
        log = mr_script_log_create("fuzz");
        fuzz_require(canvases != NULL && log != NULL);
        mr_script_log_set_sink(log, discard, NULL);
    }
    const struct mr_engine_options options = {
        .stream = "fuzz",
        .limits.deadline_ms = 1000,
        .clock_us = &fuzz_clock_us,
        .limits.memory_mib = 32,
        .quality = 80,
        .canvases = canvases,
        .log = log,
        .broadcast = broadcast,
        .broadcast_opaque = opaque,
    };
    struct mr_engine *engine;
    struct mr_error error = { 0 };
    struct mr_bundle *bundle = mr_bundle_create("fuzz.lua", text, strlen(text), fetch, opaque);
    fuzz_require(bundle != NULL);
    if (mr_engine_create(&options, bundle, &engine, &error) < 0)
        fprintf(stderr, "%s\n", error.text);
    fuzz_require(engine != NULL);
    mr_bundle_unref(&bundle);
    return engine;
}
