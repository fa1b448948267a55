#include "script/runner/faults.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

/* FNV-1a over the message, each number in it counting as one "0" */
static uint64_t hash_kind(const char *message)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = message; *c != '\0'; c++) {
        bool digit = isdigit((unsigned char)*c);
        if (digit && c > message && isdigit((unsigned char)c[-1]))
            continue;
        hash = (hash ^ (unsigned char)(digit ? '0' : *c)) * 0x100000001b3u;
    }
    return hash;
}

static int find_kind(struct mr_faults *faults, uint64_t hash)
{
    for (int i = 0; i < faults->kinds; i++)
        if (faults->kind[i].hash == hash)
            return i;
    if (faults->kinds == MR_FAULTS_KINDS)
        return MR_FAULTS_KINDS;
    faults->kind[faults->kinds].hash = hash;
    return faults->kinds++;
}

static bool is_power_of_ten(uint64_t count)
{
    while (count >= 10 && count % 10 == 0)
        count /= 10;
    return count == 1;
}

void mr_faults_add(struct mr_faults *faults, struct mr_script_log *log, const char *message,
                   const char *traceback)
{
    int kind = find_kind(faults, hash_kind(message));
    uint64_t count = ++faults->kind[kind].count;
    if (count == 1)
        mr_script_log_say(log, MR_LOG_ERROR, "%s%s%s", message, traceback[0] != '\0' ? "\n" : "",
                          traceback);
    else if (is_power_of_ten(count))
        mr_script_log_say(log, MR_LOG_ERROR, "%s (%" PRIu64 " times now)", message, count);
}

void mr_faults_reset(struct mr_faults *faults)
{
    memset(faults, 0, sizeof(*faults));
}
