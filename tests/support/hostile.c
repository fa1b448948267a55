#include "support/hostile.h"

#include "support/check.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER  TEST_SOURCE_DIR "/tests/lua/hostile"
#define MODULES 300

/* Under a sanitizer the deadline may come before what a case is about. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SLOW "|stopped after"
#else
#define SLOW ""
#endif

/* ---- reading ---- */

static char *read_text(const char *name)
{
    char path[1024];
    snprintf(path, sizeof(path), FOLDER "/%s.lua", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 64 * 1024);
    assert_non_null(text);
    assert_in_range(fread(text, 1, 64 * 1024 - 1, file), 1, 64 * 1024 - 2);
    fclose(file);
    return text;
}

static void add_log(struct hostile *hostile, const char *value)
{
    int i = 0;
    while (i < HOSTILE_LOGS && hostile->log[i] != NULL)
        i++;
    assert_true(i < HOSTILE_LOGS - 1);
    hostile->endless |= strstr(value, "stopped after") != NULL;
    assert_true(asprintf(&hostile->log[i], "%s%s", value, SLOW) > 0);
    value = hostile->log[i];
    hostile->stops |= strstr(value, "stopped after") != NULL ||
                      strstr(value, "not enough memory") != NULL || strstr(value, "ended") != NULL;
}

static void set_when(struct hostile *hostile, const char *value)
{
    static const char *const names[] = { "trial", "live", "reload" };
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, names[i]) == 0) {
            hostile->when = (enum hostile_when)i;
            return;
        }
    }
    fail_msg("%s: when: %s", hostile->name, value);
}

static void set(struct hostile *hostile, const char *key, const char *value)
{
    if (strcmp(key, "when") == 0)
        set_when(hostile, value);
    else if (strcmp(key, "expect-log") == 0)
        add_log(hostile, value);
    else if (strcmp(key, "expect-payload") == 0)
        hostile->payload = strdup(value);
    else if (strcmp(key, "send") == 0)
        hostile->send = strdup(value);
    else if (strcmp(key, "patch") == 0)
        hostile->patch = strdup(value);
    else if (strcmp(key, "join") == 0)
        hostile->join = true;
    else if (strcmp(key, "again") == 0)
        hostile->again = true;
    else if (strcmp(key, "off") == 0)
        hostile->off = false;
    else if (strcmp(key, "engine") == 0)
        hostile->engine = false;
    else
        fail_msg("%s: what is %s?", hostile->name, key);
}

/* The lines after the first one, up to the first that is no comment. */
static void read_header(struct hostile *hostile)
{
    char line[512];
    const char *at = strchr(hostile->text, '\n');
    while (at != NULL && strncmp(at, "\n-- ", 4) == 0) {
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(at + 4, "\n"), at + 4);
        char *colon = strstr(line, ": ");
        if (colon == NULL)
            fail_msg("%s: %s", hostile->name, line);
        *colon = '\0';
        set(hostile, line, colon + 2);
        at = strchr(at + 1, '\n');
    }
    if (hostile->log[0] == NULL && hostile->payload == NULL)
        fail_msg("%s expects nothing", hostile->name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct hostile *)a)->name, ((const struct hostile *)b)->name);
}

size_t hostile_read(struct hostile cases[HOSTILE_MAX])
{
    size_t count = 0;
    struct dirent *entry;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        const char *end = strstr(entry->d_name, ".lua");
        if (end == NULL || end[4] != '\0')
            continue;
        assert_true(count < HOSTILE_MAX);
        struct hostile *hostile = &cases[count++];
        *hostile = (struct hostile){ .off = true, .engine = true };
        snprintf(hostile->name, sizeof(hostile->name), "%.*s", (int)(end - entry->d_name),
                 entry->d_name);
        hostile->text = read_text(hostile->name);
        read_header(hostile);
    }
    closedir(folder);
    qsort(cases, count, sizeof(*cases), by_name);
    return count;
}

void hostile_free(struct hostile *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(cases[i].text);
        free(cases[i].payload);
        free(cases[i].send);
        free(cases[i].patch);
        for (int j = 0; j < HOSTILE_LOGS; j++)
            free(cases[i].log[j]);
    }
}

bool hostile_says(const char *text, const char *wanted)
{
    char part[256];
    for (const char *at = wanted;; at++) {
        size_t length = strcspn(at, "|");
        snprintf(part, sizeof(part), "%.*s", (int)length, at);
        if (strstr(text, part) != NULL)
            return true;
        at += length;
        if (*at == '\0')
            return false;
    }
}

/* ---- files beside them ---- */

static void write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put_32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t png_checksum(const uint8_t *bytes, size_t size)
{
    uint32_t sum = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb88320 : 0);
    }
    return ~sum;
}

/* A sound header, and the beginning of pixels that never come. */
static void write_png(const char *folder, const char *name, uint32_t width, uint32_t height)
{
    static const uint8_t tail[22] = "\0\0\xff\xffIDAT\x78\x9c\xed\xc1\x01\x0d\0\0\0\xc2\xa0\xf7O";
    uint8_t file[33 + sizeof(tail)] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
    put_32(file + 16, width);
    put_32(file + 20, height);
    memcpy(file + 24, "\x08\x06\0\0\0", 5);
    put_32(file + 29, png_checksum(file + 12, 17));
    memcpy(file + 33, tail, sizeof(tail));
    write_file(folder, name, file, sizeof(file));
}

void hostile_make_files(const char *folder)
{
    static const char loop[] = "while true do end\n", module[] = "return {}\n", none[] = "GIF89a";
    char name[32];
    write_file(folder, "hostile_module.lua", loop, sizeof(loop) - 1);
    for (int i = 1; i <= MODULES; i++) {
        snprintf(name, sizeof(name), "m%d.lua", i);
        write_file(folder, name, module, sizeof(module) - 1);
    }
    write_file(folder, "none.png", none, sizeof(none) - 1);
    write_png(folder, "truncated.png", 64, 64);
    write_png(folder, "huge.png", 65535, 65535);
    write_png(folder, "large.png", 16384, 16384);
}
