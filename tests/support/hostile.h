/* The scripts in tests/lua/hostile: one file a case, whose first lines say what it tries and what is to
 * come of it:
 *
 *   -- An endless loop in process, once it is live.
 *   -- when: live              trial: it never takes over; live: it does; reload: it does, and what
 *                              it does comes out when the next version takes over
 *   -- expect-log: one|two     the log then holds one of these; may be there several times
 *   -- expect-payload: text    a payload then holds this
 *   -- send: JSON              a viewer's message, once it is live
 *   -- patch: JSON             a change of settings, likewise
 *   -- join: yes               somebody joins and leaves, likewise
 *   -- again: yes              it does the same again each time it is started again
 *   -- off: no                 only a process of its own can be rid of it
 *   -- engine: no              likewise, for an engine without host */
#ifndef MR_TESTS_HOSTILE_H
#define MR_TESTS_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>

#define HOSTILE_MAX  256
#define HOSTILE_LOGS 4

enum hostile_when { HOSTILE_TRIAL, HOSTILE_LIVE, HOSTILE_RELOAD };

struct hostile {
    char name[64]; /* of the file, without ".lua" */
    char *text;
    enum hostile_when when;
    char *log[HOSTILE_LOGS]; /* NULL after the last */
    char *payload, *send, *patch;
    bool join, again;
    bool off, engine;
    bool stops;   /* a call of it is ended by force */
    bool endless; /* it may be that the deadline does so */
};

/* Read all of them, sorted by name. return: how many; hostile_free frees what they hold */
size_t hostile_read(struct hostile cases[HOSTILE_MAX]);
void hostile_free(struct hostile *cases, size_t count);

/* Whether `text` holds one of the parts of `wanted`, which are joined by "|". */
bool hostile_says(const char *text, const char *wanted);

/* Put the files that some of them want into `folder`: modules, images that are none. */
void hostile_make_files(const char *folder);

#endif
